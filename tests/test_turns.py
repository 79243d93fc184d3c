"""Pages take turns: few are drawn at once, and nobody waits for ever."""

import threading

import pytest

from dashboard import turns


def test_no_more_pages_are_drawn_at_once_than_there_are_turns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns, "_turns", threading.BoundedSemaphore(2))
    monkeypatch.setattr(turns, "_LONGEST_WAIT", 60)
    lock, both_inside = threading.Lock(), threading.Barrier(2)
    inside, most = 0, 0

    def draw() -> None:
        nonlocal inside, most
        with turns.turn():
            with lock:
                inside += 1
                most = max(most, inside)
            both_inside.wait(30)
            with lock:
                inside -= 1

    pages = [threading.Thread(target=draw) for _ in range(6)]
    for page in pages:
        page.start()
    for page in pages:
        page.join()
    assert most == 2


def test_a_page_is_drawn_without_a_turn_where_others_take_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = threading.BoundedSemaphore(1)
    monkeypatch.setattr(turns, "_turns", one)
    monkeypatch.setattr(turns, "_LONGEST_WAIT", 0.01)
    with turns.turn():
        drawn = False
        with turns.turn():
            drawn = True
        assert drawn
        assert not one.acquire(blocking=False)
    assert one.acquire(blocking=False)


def test_a_fault_gives_the_turn_back(monkeypatch: pytest.MonkeyPatch) -> None:
    one = threading.BoundedSemaphore(1)
    monkeypatch.setattr(turns, "_turns", one)
    with pytest.raises(ValueError, match="a fault"), turns.turn():
        raise ValueError("a fault")
    assert one.acquire(blocking=False)

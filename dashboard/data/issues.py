"""What was noticed in the data: issues of a source, of a kind, with words."""

from functools import lru_cache

from dashboard.data.opening import Build, Rows, ask, ask_one

_FOUND = """
    from meta.issue as issue left join mart.source using (source_id)
    where ($source_id is null or source_id = $source_id)
    and ($kind is null or issue.kind = $kind)
    and ($words = '' or contains(lower(concat_ws(' ', message, value, raw_file, column_name)),
        $words))
    """


@lru_cache(maxsize=256)
def issues(
    build: Build,
    *,
    source_id: str | None = None,
    kind: str | None = None,
    words: str = "",
    page: int = 1,
    size: int = 100,
) -> Rows:
    """Return one page of the issues that fit; `words` in small letters."""
    return ask(
        build,
        f"""
        select issue.*, title {_FOUND}
        order by source_id, kind, column_name, raw_file, raw_member, raw_row, message, value
        limit $size offset $start
        """,
        source_id=source_id,
        kind=kind,
        words=words,
        size=size,
        start=(page - 1) * size,
    )


@lru_cache(maxsize=256)
def how_many_issues(
    build: Build, *, source_id: str | None = None, kind: str | None = None, words: str = ""
) -> int:
    """Return how many issues fit."""
    row = ask_one(
        build, f"select count(*) as n {_FOUND}", source_id=source_id, kind=kind, words=words
    )
    return int(row["n"]) if row else 0


@lru_cache(maxsize=4)
def issue_choices(build: Build) -> dict[str, Rows]:
    """Return the sources and the kinds that issues have, most first: `id`, `name`, `n`."""
    return {
        name: ask(
            build,
            f"""
            select issue.{name} as id, any_value({label}) as name, count(*) as n
            from meta.issue as issue left join mart.source using (source_id)
            where issue.{name} is not null group by issue.{name} order by n desc, id
            """,
        )
        for name, label in (
            ("source_id", "coalesce(title, issue.source_id)"),
            ("kind", "issue.kind"),
        )
    }

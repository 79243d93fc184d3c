"""Which purchases without a reason are most like the known ones: an order to look at them in.

A small linear model on words and codes, trained anew at each build on what the rules matched
and on what people decided. It only orders a queue: it never gives a status and never counts.
Vendor names are left out, so that it finds vendors nobody has heard of.
"""

from collections.abc import Mapping

import duckdb
import numpy as np
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

MOST = 2000
# Enough of the rest of a ledger to learn what is ordinary; drawn by hash, so always the same.
MOST_OTHERS = 20_000
MOST_ASKED = 200_000
SEED = 20260101
_WORDS = r"[A-Za-z][A-Za-z0-9]+"

# A ledger can hold millions of purchases, and putting their words together is what costs: so
# those that are learnt from or asked about are chosen first, by hash, and the rest left alone.
_RECORDS = """
create or replace temp table likeness_known as
select
    purchase_id,
    -- Known by its own words: a vendor's name alone would teach that any licence is telling.
    coalesce(decided.is_true, verdict.status = 'matched' and verdict.scope = 'strict'
        and verdict.strength in (3, 4), false) as is_known,
    decided.is_true is not null as is_decided,
    coalesce(verdict.status, 'none') as status,
    coalesce(purchase.psc_code, purchase.psc) as code,
    row_number() over (
        partition by coalesce(verdict.status, 'none') in ('none', 'rejected')
        order by md5(purchase_id)
    ) as turn
from core.purchase as purchase
left join evidence.verdict as verdict using (purchase_id)
left join likeness_decision as decided using (purchase_id);

create or replace temp table likeness_record as
with chosen as (
    select * from likeness_known
    where is_known or is_decided or turn <= $others
        -- Only where known purchases are found as well, by product code.
        or (status <> 'matched'
            and (code is null or code in (select code from likeness_known where is_known)))
    qualify is_known or is_decided or row_number() over (
        partition by is_known or is_decided order by turn) <= $asked
), said as (
    select purchase_id, string_agg(description, ' ' order by description) as words
    from (
        select distinct purchase_id, description
        from core.text semi join chosen using (purchase_id)
        where description is not null
    )
    group by purchase_id
)
select
    purchase_id, is_known, is_decided, status, code,
    concat_ws(' ', said.words, 'psc' || purchase.psc_code, purchase.psc,
        'naics' || purchase.naics_code, 'buyer' || replace(purchase.agency_name, ' ', '')) as words
from core.purchase as purchase
join chosen using (purchase_id)
join said using (purchase_id)
where length(said.words) > 3
"""


def rank(
    connection: duckdb.DuckDBPyConnection,
    *,
    decisions: Mapping[str, bool] | None = None,
    most: int = MOST,
) -> int:
    """Write evidence.likeness for the purchases most like known ones; return how many.

    `decisions` (purchase_id: is it surveillance technology) weigh more than rules. The
    ranking is of purchases that are neither matched nor decided.
    """
    given = decisions or {}
    records = _RECORDS
    connection.execute(
        "create or replace temp table likeness_decision as "
        "select unnest($1::varchar[]) as purchase_id, unnest($2::boolean[]) as is_true",
        [list(given), list(given.values())],
    )
    for name, number in (("$others", MOST_OTHERS), ("$asked", MOST_ASKED)):
        records = records.replace(name, str(number))
    connection.execute(records)
    known = connection.execute(
        "select purchase_id, words, is_decided from likeness_record where is_known order by 1"
    ).fetchall()
    others = connection.execute(
        "select purchase_id, words, is_decided from likeness_record where not is_known "
        "and (is_decided or status in ('none', 'rejected')) "
        "order by is_decided desc, md5(purchase_id) limit $1",
        [MOST_OTHERS],
    ).fetchall()
    rows: list[tuple[str, float, str]] = []
    if known and others:
        rows = _ranked(connection, known, others, most)
    connection.execute(
        "create or replace table evidence.likeness as select unnest($1::varchar[]) as purchase_id, "
        "unnest($2::double[]) as likeness, unnest($3::varchar[]) as like_purchase_id",
        [[row[place] for row in rows] for place in range(3)],
    )
    for table in ("likeness_record", "likeness_known", "likeness_decision"):
        connection.execute(f"drop table {table}")
    return len(rows)


def _ranked(
    connection: duckdb.DuckDBPyConnection,
    known: list[tuple[str, str, bool]],
    others: list[tuple[str, str, bool]],
    most: int,
) -> list[tuple[str, float, str]]:
    training = [*known, *others]
    vectorizer = TfidfVectorizer(
        token_pattern=_WORDS, min_df=2, max_features=30_000, sublinear_tf=True
    )
    features = vectorizer.fit_transform([row[1] for row in training])
    truth = np.array([True] * len(known) + [False] * len(others))
    weights = np.array([3.0 if row[2] else 1.0 for row in training])
    model = LogisticRegression(
        C=4.0, class_weight="balanced", max_iter=300, random_state=SEED, solver="liblinear"
    )
    model.fit(features, truth, sample_weight=weights)
    examples = features[: len(known)]
    found: list[tuple[float, str, str]] = []
    asked = connection.execute(
        "select purchase_id, words from likeness_record "
        "where not is_known and not is_decided and status <> 'matched' "
        # Only where known purchases are found as well, by product code; at most MOST_ASKED.
        "and (code is null or code in (select code from likeness_record where is_known)) "
        "order by md5(purchase_id) limit $1",
        [MOST_ASKED],
    )
    while batch := asked.fetchmany(50_000):
        asked_features = vectorizer.transform([row[1] for row in batch])
        scores = np.round(model.predict_proba(asked_features)[:, 1], 6)
        best = np.argsort(-scores, kind="stable")[:most]
        nearest = _nearest(asked_features[best], examples)
        found += [
            (float(scores[place]), batch[place][0], known[like][0])
            for place, like in zip(best, nearest, strict=True)
        ]
    found.sort(key=lambda row: (-row[0], row[1]))
    return [(purchase, score, like) for score, purchase, like in found[:most]]


def _nearest(asked: csr_matrix, examples: csr_matrix) -> list[int]:
    """Return for each asked row the example most like it (TF-IDF rows have length one)."""
    found: list[int] = []
    for start in range(0, asked.shape[0], 500):
        products = asked[start : start + 500] @ examples.T
        found += [int(place) for place in np.asarray(products.argmax(axis=1)).ravel()]
    return found

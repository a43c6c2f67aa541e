"""A pipeline's stages as defined today, the words that name them, and the probabilities they had."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from domain.pipelines.events import (
    PipelineDefined,
    PipelineStageAdded,
    PipelineStageRenamed,
    PipelineStageRetired,
    PipelineStagesReordered,
    Stage,
)
from domain.shared.envelope import Envelope
from tests.properties.given import Given, at, event

MODELS = ("pipeline", "pipeline_stage", "pipeline_label", "pipeline_stage_probability")
SALES = "pipeline:crm:sales:2026"
HALF = Decimal("0.5")


def defined(hour: float, *keys: str, name: str = "Sales", probability: Decimal = HALF) -> Envelope:
    kinds = {"Won": "won", "Lost": "lost"}
    stages = [
        Stage.model_validate({"stage": k, "kind": kinds.get(k, "open"), "probability": probability}) for k in keys
    ]
    return event(SALES, PipelineDefined(name=name, stages=stages), hour)


def added(hour: float, key: str, probability: Decimal = HALF) -> Envelope:
    return event(SALES, PipelineStageAdded(stage=key, probability=probability), hour)


def renamed(hour: float, key: str, name: str) -> Envelope:
    return event(SALES, PipelineStageRenamed(stage=key, name=name), hour)


def reordered(hour: float, *keys: str) -> Envelope:
    return event(SALES, PipelineStagesReordered(order=list(keys)), hour)


def retired(hour: float, key: str) -> Envelope:
    return event(SALES, PipelineStageRetired(stage=key), hour)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([defined(1, "A", "B", "C")], "A B C"),
        ([defined(1, "A", "B"), added(2, "C")], "A B C"),
        # stated anew, a stage keeps its place
        ([defined(1, "A", "B"), added(2, "A")], "A B"),
        # those that an order does not name keep theirs behind the named ones, as it was
        ([defined(1, "A", "B", "C"), reordered(2, "C")], "C A B"),
        ([defined(1, "A", "B", "C"), reordered(2, "C", "B"), reordered(3, "A")], "A C B"),
        # what is not there yet is not ordered
        ([defined(1, "A", "B"), reordered(2, "C", "B"), added(3, "C")], "B A C"),
        # a new definition is a new order
        ([defined(1, "A", "B"), reordered(2, "B"), defined(3, "A", "B")], "A B"),
        # retired stages come last, and those of a former definition before others that are retired
        ([defined(1, "A", "B", "C"), retired(2, "A")], "B C -A"),
        ([defined(1, "A", "B"), defined(2, "C", "D"), retired(3, "C")], "D -A -B -C"),
        # stated again, a stage is live; one that a definition had left out comes to the end
        ([defined(1, "A", "B"), retired(2, "A"), added(3, "A")], "A B"),
        ([defined(1, "A", "B"), defined(2, "B"), added(3, "A")], "B A"),
        # what names no stage changes nothing
        ([defined(1, "A"), retired(2, "Z"), reordered(3, "Z")], "A"),
        ([retired(1, "A"), added(2, "A")], "A"),
    ],
)
def test_the_order_of_the_stages(given: Given, events: Sequence[Envelope], expected: str) -> None:
    assert given(*events[::-1]).rows("pipeline_stage", "ordinal", "stage_key", "is_retired") == [
        (n, word.removeprefix("-"), word.startswith("-")) for n, word in enumerate(expected.split(), start=1)
    ]


def test_a_renamed_stage_keeps_its_key_and_answers_to_all_its_names(given: Given) -> None:
    shown = given(defined(1, "A", "B"), renamed(2, "A", "First"), renamed(3, "A", "Start"))
    assert shown.rows("pipeline_stage", "stage_key", "stage") == [("A", "Start"), ("B", "B")]
    assert shown.rows("pipeline_label", "label", "stage_key", "stage") == [
        ("A", "A", "Start"),
        ("B", "B", "B"),
        ("First", "A", "Start"),
        ("Start", "A", "Start"),
    ]


def test_a_name_holds_whatever_comes_later_and_before(given: Given) -> None:
    shown = given(renamed(0, "A", "First"), defined(1, "A"), defined(2, "A", "B"))
    assert shown.rows("pipeline_stage", "stage_key", "stage") == [("A", "First"), ("B", "B")]


def test_a_word_means_a_key_rather_than_a_name_and_the_first_of_several_stages(given: Given) -> None:
    shown = given(defined(1, "A", "B", "C"), renamed(2, "B", "A"), renamed(2, "C", "Ready"), renamed(2, "B", "Ready"))
    assert shown.rows("pipeline_label", "stage_key", label="A") == [("A",)]
    assert shown.rows("pipeline_label", "stage_key", label="Ready") == [("B",)]


def test_a_pipeline_is_named_by_its_definition_and_before_it_by_its_key(given: Given) -> None:
    assert given(renamed(1, "A", "First")).rows("pipeline", "name", "reference") == [("sales:2026", SALES)]
    shown = given(defined(1, "A"), defined(3, "A", name="Sales now"), defined(2, "A", name="Sales then"))
    assert shown.rows("pipeline", "name") == [("Sales now",)]


def test_the_last_statement_of_a_stage_says_what_it_means(given: Given) -> None:
    shown = given(
        defined(1, "A"),
        event(SALES, PipelineStageAdded(stage="A", kind="won", probability=Decimal(1)), 3),
        added(2, "A", Decimal("0.1")),
    )
    assert shown.rows("pipeline_stage", "kind", "probability", "ordinal_of_kind") == [("won", Decimal(1), 1)]


def test_a_probability_holds_until_the_next_and_the_first_for_all_time_before(given: Given) -> None:
    shown = given(defined(1, "A", "B"), added(4, "A", Decimal("0.9")))
    columns = ("stage_key", "probability", "valid_from", "valid_to")
    assert shown.rows("pipeline_stage_probability", *columns) == [
        ("A", HALF, None, at(4)),
        ("A", Decimal("0.9"), at(4), None),
        ("B", HALF, None, None),
    ]


def test_a_stage_that_one_event_states_twice_stands_where_it_came_first_and_means_what_came_last(given: Given) -> None:
    stages = [("A", "0.1"), ("B", "0.2"), ("A", "0.3")]
    parts = [Stage(stage=key, kind="open", probability=Decimal(probability)) for key, probability in stages]
    shown = given(event(SALES, PipelineDefined(name="Sales", stages=parts), 1))
    assert shown.rows("pipeline_stage", "ordinal", "stage_key", "probability") == [
        (1, "A", Decimal("0.3")),
        (2, "B", Decimal("0.2")),
    ]

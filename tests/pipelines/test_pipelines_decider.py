"""What is allowed with a pipeline, and how its events change it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pipelines import decider
from domain.pipelines.events import (
    PipelineDefined,
    PipelineStageAdded,
    PipelineStageRenamed,
    PipelineStageRetired,
    PipelineStagesReordered,
    Stage,
    StageKind,
)
from domain.pipelines.state import UNDEFINED, Pipeline, PipelineEvent, fold
from domain.shared.errors import CommandRefused
from tests.commands.given import happened, refused


def stage(name: str, probability: str = "0.5", kind: StageKind = "open") -> Stage:
    return Stage(stage=name, kind=kind, probability=Decimal(probability))


DEFINED = PipelineDefined(name="Sales", stages=[stage("Lead"), stage("Offer"), stage("Won", "1", "won")])
ADDED = PipelineStageAdded(stage="Check", probability=Decimal("0.7"))


def pipeline(*facts: PipelineEvent) -> Pipeline:
    return fold(happened("pipeline:crm:sales", *facts))


def names(found: Pipeline) -> list[str]:
    return [s.name for s in found.stages]


def test_a_pipeline_is_defined_once() -> None:
    assert decider.define(UNDEFINED, DEFINED) == [DEFINED]
    with refused("change it with add-stage"):
        decider.define(pipeline(DEFINED), DEFINED)


@pytest.mark.parametrize(
    ("stages", "because"),
    [([stage("Lead"), stage("Lead")], "'Lead' stands twice"), ([stage("Won", "1", "won")], "needs an open stage")],
)
def test_defining_is_refused(stages: list[Stage], because: str) -> None:
    with refused(because):
        decider.define(UNDEFINED, PipelineDefined(name="Sales", stages=stages))


def test_a_stage_is_added_at_the_end() -> None:
    assert decider.add_stage(pipeline(DEFINED), ADDED) == [ADDED]
    assert names(pipeline(DEFINED, ADDED)) == ["Lead", "Offer", "Won", "Check"]


def test_a_retired_stage_is_brought_back_in_its_place() -> None:
    retired = pipeline(DEFINED, PipelineStageRetired(stage="Lead"))
    again = PipelineStageAdded(stage="Lead", probability=Decimal("0.2"))

    assert names(retired) == ["Offer", "Won", "Lead"]
    assert decider.add_stage(retired, again) == [again]
    assert names(pipeline(DEFINED, PipelineStageRetired(stage="Lead"), again)) == ["Lead", "Offer", "Won"]


@pytest.mark.parametrize(
    ("given_", "wanted", "because"),
    [
        (UNDEFINED, "Check", "define it first"),
        (pipeline(DEFINED), "Lead", "answers to 'Lead'"),
        (pipeline(DEFINED, PipelineStageRenamed(stage="Lead", name="Contact")), "Contact", "answers to 'Contact'"),
    ],
)
def test_adding_a_stage_is_refused(given_: Pipeline, wanted: str, because: str) -> None:
    with refused(because):
        decider.add_stage(given_, PipelineStageAdded(stage=wanted, probability=Decimal("0.5")))


def test_a_stage_is_changed_in_what_is_given() -> None:
    changed = decider.change_stage(pipeline(DEFINED), "Lead", None, Decimal("0.2"))

    assert changed == [PipelineStageAdded(stage="Lead", kind="open", probability=Decimal("0.2"))]
    assert names(pipeline(DEFINED, *changed)) == ["Lead", "Offer", "Won"]


@pytest.mark.parametrize(
    ("given_", "label", "kind", "because"),
    [
        (UNDEFINED, "Lead", None, "define it first"),
        (pipeline(DEFINED), "Nowhere", None, "it has Lead, Offer, Won"),
        (pipeline(DEFINED), "Lead", "open", "is so already"),
        (pipeline(DEFINED, PipelineStageRetired(stage="Lead")), "Offer", "lost", "the only open stage"),
        (pipeline(DEFINED, PipelineStageRetired(stage="Lead")), "Lead", "lost", "is retired"),
    ],
)
def test_changing_a_stage_is_refused(given_: Pipeline, label: str, kind: StageKind | None, because: str) -> None:
    with refused(because):
        decider.change_stage(given_, label, kind, None)


def test_a_renamed_stage_answers_to_all_its_names() -> None:
    wanted = PipelineStageRenamed(stage="Contact", name="First contact")
    before = pipeline(DEFINED, PipelineStageRenamed(stage="Lead", name="Contact"))

    assert decider.rename_stage(before, wanted) == [PipelineStageRenamed(stage="Lead", name="First contact")]
    after = pipeline(DEFINED, PipelineStageRenamed(stage="Lead", name="Contact"), *decider.rename_stage(before, wanted))
    assert [after.stage(label) for label in ("Lead", "Contact", "First contact")] == [after.stages[0]] * 3
    assert names(after) == ["First contact", "Offer", "Won"]


def test_a_key_is_found_before_a_name() -> None:
    found = pipeline(DEFINED, PipelineStageRenamed(stage="Lead", name="Offer")).stage("Offer")

    assert found is not None
    assert found.key == "Offer"


@pytest.mark.parametrize(
    ("given_", "label", "name", "because"),
    [
        (UNDEFINED, "Lead", "X", "define it first"),
        (pipeline(DEFINED), "Nowhere", "X", "not a stage of the pipeline"),
        (pipeline(DEFINED), "Lead", "Lead", "nothing to rename"),
        (pipeline(DEFINED), "Lead", "Offer", "another stage answers to 'Offer'"),
    ],
)
def test_renaming_is_refused(given_: Pipeline, label: str, name: str, because: str) -> None:
    with refused(because):
        decider.rename_stage(given_, PipelineStageRenamed(stage=label, name=name))


def test_stages_not_named_keep_their_order_behind() -> None:
    wanted = PipelineStagesReordered(order=["Won"])

    assert decider.reorder_stages(pipeline(DEFINED), wanted) == [
        PipelineStagesReordered(order=["Won", "Lead", "Offer"])
    ]
    assert names(pipeline(DEFINED, wanted)) == ["Won", "Lead", "Offer"]


@pytest.mark.parametrize(
    ("order", "because"),
    [
        (["Nowhere"], "not a stage of the pipeline"),
        (["Won", "Won"], "stands twice"),
        (["Lead", "Offer"], "in that order already"),
    ],
)
def test_reordering_is_refused(order: list[str], because: str) -> None:
    with refused(because):
        decider.reorder_stages(pipeline(DEFINED), PipelineStagesReordered(order=order))


def test_a_stage_is_retired() -> None:
    wanted = PipelineStageRetired(stage="Lead")

    assert decider.retire_stage(pipeline(DEFINED), wanted) == [wanted]
    assert [s.name for s in pipeline(DEFINED, wanted).live] == ["Offer", "Won"]


@pytest.mark.parametrize(
    ("given_", "because"),
    [
        (UNDEFINED, "define it first"),
        (pipeline(DEFINED, PipelineStageRetired(stage="Lead")), "retired already"),
        (pipeline(DEFINED, PipelineStageRetired(stage="Offer")), "the only open stage"),
    ],
)
def test_retiring_is_refused(given_: Pipeline, because: str) -> None:
    with refused(because):
        decider.retire_stage(given_, PipelineStageRetired(stage="Lead"))


def test_a_new_definition_replaces_the_stages_and_keeps_those_it_leaves_out_as_retired() -> None:
    found = pipeline(
        DEFINED,
        PipelineStageRenamed(stage="Lead", name="Contact"),
        PipelineDefined(name="Renewal", stages=[stage("New"), stage("Lead")]),
    )

    assert found.name == "Renewal"
    assert [(s.name, s.retired) for s in found.stages] == [
        ("New", False),
        ("Contact", False),
        ("Offer", True),
        ("Won", True),
    ]


labels = st.sampled_from(["Lead", "Offer", "Won", "Lost"])
kinds = st.sampled_from(["open", "won", "lost"])
chances = st.decimals(min_value=0, max_value=1, places=2)
pipeline_events: st.SearchStrategy[PipelineEvent] = st.one_of(
    st.builds(
        PipelineDefined,
        name=st.just("Sales"),
        stages=st.lists(st.builds(Stage, stage=labels, kind=kinds, probability=chances), min_size=1, max_size=3),
    ),
    st.builds(PipelineStageAdded, stage=labels, kind=kinds, probability=chances),
    st.builds(PipelineStageRenamed, stage=labels, name=labels),
    st.builds(PipelineStagesReordered, order=st.lists(labels, min_size=1, max_size=4)),
    st.builds(PipelineStageRetired, stage=labels),
)


@given(st.lists(pipeline_events, max_size=12))
def test_any_events_in_any_order_evolve_and_no_stage_is_lost_or_doubled(facts: list[PipelineEvent]) -> None:
    seen: set[str] = set()
    for upto, fact in enumerate(facts, 1):
        found = pipeline(*facts[:upto])
        if isinstance(fact, PipelineDefined):
            seen |= {s.stage for s in fact.stages}
        if isinstance(fact, PipelineStageAdded):
            seen |= {fact.stage}
        assert sorted(found.keys) == sorted(seen)
        assert [s.retired for s in found.stages] == sorted(s.retired for s in found.stages)
        assert all(found.stage(s.key) == s for s in found.stages)


def decide(before: Pipeline, wanted: PipelineEvent) -> list[PipelineEvent]:
    match wanted:
        case PipelineDefined():
            return decider.define(before, wanted)
        case PipelineStageAdded():
            return decider.add_stage(before, wanted)
        case PipelineStageRenamed():
            return decider.rename_stage(before, wanted)
        case PipelineStagesReordered():
            return decider.reorder_stages(before, wanted)
        case PipelineStageRetired():
            return decider.retire_stage(before, wanted)


def test_a_stage_that_a_later_definition_left_out_has_no_place_in_the_order() -> None:
    defined = [
        PipelineDefined(name="Sales", stages=[Stage(stage=name, kind="open", probability=Decimal(0))])
        for name in ("Lead", "Offer")
    ]

    with pytest.raises(CommandRefused, match="left out the stage 'Lead'"):
        decide(pipeline(*defined), PipelineStagesReordered(order=["Lead"]))


def test_a_retired_stage_is_not_put_before_a_live_one() -> None:
    facts: list[PipelineEvent] = [
        PipelineStageAdded(stage="Offer", kind="open", probability=Decimal(0)),
        PipelineStageRetired(stage="Offer"),
        PipelineStageAdded(stage="Lead", kind="open", probability=Decimal(0)),
    ]

    with pytest.raises(CommandRefused, match="in that order already"):
        decide(pipeline(*facts), PipelineStagesReordered(order=["Offer"]))


@given(st.lists(pipeline_events, max_size=8), pipeline_events)
def test_a_command_that_is_allowed_changes_the_pipeline(facts: list[PipelineEvent], wanted: PipelineEvent) -> None:
    before = pipeline(*facts)
    try:
        allowed = decide(before, wanted)
    except CommandRefused:
        return
    after = pipeline(*facts, *allowed)
    assert (after.name, after.stages) != (before.name, before.stages)
    assert any(s.kind == "open" for s in after.live) or not any(s.kind == "open" for s in before.live)

"""For all histories: commands see of a thing what stands, and nothing else."""

from hypothesis import given, note

from domain.shared.references import parse_reference
from tests.properties.histories import History, histories
from tests.properties.history import by_thing
from tests.properties.logs import open_log


@given(histories())
def test_the_history_of_a_thing_is_what_stands_of_it(history: History) -> None:
    note(str(history))
    with open_log(history) as (log, made):
        things = {
            (one.envelope.tenant, one.envelope.subject)
            for one in history.deliveries
            if parse_reference(one.envelope.subject).kind != "activity"
        }
        for tenant, reference in sorted(things):
            kind, thing = parse_reference(reference).kind, log.id_of(tenant, reference)
            expected = [one.envelope for one in by_thing(made.events, kind).get((tenant, thing), [])]
            found = log.history(tenant, reference)
            assert [(e.id, e.type, e.time) for e in found.events] == [(e.id, e.type, e.time) for e in expected]

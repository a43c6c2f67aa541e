"""All shared sets in one log of one tenant: every figure of each holds, and computed anew the tables are the same."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from consumers.project.rebuilding import rebuild
from infra.bootstrap import Rapport
from tests.importing.mailbox.given import imported as mails_imported
from tests.real import test_bank_figures as bank
from tests.real import test_maven_figures as maven
from tests.real import test_order_figures as orders
from tests.real import test_volvo_figures as volvo
from tests.real.conftest import Install
from tests.real.given import Among, ask, everything, take
from tests.tickets import test_helpdesk_figures as helpdesk

SETS = {  # folder: its files, its map, and what the source is called
    "maven_crm": ("*.csv", "maven_crm", "maven"),
    "helpdesk_log": ("helpdesk.csv.gz", "helpdesk_log", "helpdesk"),
    "bpi2013_volvo": ("*.csv.gz", "bpi2013_volvo", "volvo"),
    "bank_marketing": ("*.csv.gz", "bank_marketing", "bank"),
    "online_retail": ("france.csv", "online_retail", "retail"),
    "northwind": ("northwind.sqlite", "northwind", "northwind"),
}


def test_all_sets_in_one_log_give_every_figure_and_the_same_tables_again(shared_data: Path, install: Install) -> None:
    rapport = install()
    for folder, (files, name, source) in SETS.items():
        take(rapport, sorted((shared_data / folder).glob(files)), name, source)
    [mails] = (shared_data / "emails_spamassassin").glob("*.tar.gz")
    mails_imported(mails, source="ham", log=rapport.log)
    rapport.projecting().bring_up()

    _every_figure_holds(rapport)
    before = everything(rapport)

    rebuilt = rebuild(rapport.projecting())

    assert (rebuilt.compared, list(rebuilt.differences)) == (rapport.log.head(), [])
    assert everything(rapport) == before


def _every_figure_holds(rapport: Rapport) -> None:
    maven.has_every_figure(Among(rapport, "maven"))
    volvo.has_every_figure(Among(rapport, "volvo"))
    bank.has_every_figure(Among(rapport, "bank"))
    orders.northwind_has_every_figure(Among(rapport, "northwind"))
    orders.online_retail_has_every_figure(Among(rapport, "retail"))
    _helpdesk_has_its_figures(_one_value(Among(rapport, "helpdesk")))
    _mails_have_their_figures(rapport)


def _helpdesk_has_its_figures(asked: Callable[[str], Any]) -> None:
    helpdesk.test_every_row_is_an_event_of_its_ticket(asked)
    helpdesk.test_events_per_ticket(asked)
    helpdesk.test_days_from_first_to_last_event(asked)
    helpdesk.test_paths_by_label_in_the_sources_own_order(asked)


def _one_value(asked: Among) -> Callable[[str], Any]:
    """Asks for the one row of a SELECT; of one column, its value."""

    def value(select: str) -> Any:
        [row] = ask(asked, select)
        return row[0] if len(row) == 1 else row

    return value


def _mails_have_their_figures(rapport: Rapport) -> None:
    counts = """
        SELECT count(*), count(DISTINCT contact_id), count(*) FILTER (WHERE is_reply), count(answers)
        FROM message WHERE channel = 'email'
    """
    assert ask(rapport, counts) == [(2_749, 624, 1_270, 717)]
    assert ask(rapport, "SELECT count(*), max(messages) FROM thread") == [(1_761, 39)]

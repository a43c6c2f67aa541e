"""Cards as the messages that an import takes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from consumers.ingest.run import Message
from domain.shared.errors import InvalidInput
from infra.importing.cards.card import parse
from infra.importing.cards.parts import Part, cards_of
from infra.importing.cards.writing import Writer
from infra.importing.pieces import Piece

_KEPT = 1024 * 1024  # bytes of a file that holds no card, for the dead letters


@dataclass(frozen=True, slots=True)
class CardMessages:
    """What was found, as events."""

    writer: Writer

    def messages(self, pieces: Iterable[Piece]) -> Iterator[Message]:
        """The events of all cards, and faults for what can't be used."""
        for piece in pieces:
            try:
                if piece.fault is not None:
                    raise piece.fault
                for part in cards_of(piece.raw):
                    yield from self._card(part, f"{piece.place} line {part.line}")
            except InvalidInput as fault:
                yield Message(piece.place, piece.raw[:_KEPT], fault, self.writer.source)

    def _card(self, part: Part, place: str) -> Iterator[Message]:
        try:
            events = list(self.writer.events(parse(part)))
        except InvalidInput as fault:
            yield Message(place, part.raw, fault, self.writer.source)
            return
        yield from (Message(place, event) for event in events)

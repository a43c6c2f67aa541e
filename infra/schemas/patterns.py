"""What the edge takes as text, as patterns that mean the same to ECMA 262 and to Python.

They say as much as a pattern can: which day the calendar has, or what a time zone makes of a time, it can't.
"""

END = r"(?!\n)$"  # the very end: to Python, a plain $ is also before a last line break
_UUID = r"(?:urn:)?(?:uuid:)?[{}]*(?:-*[0-9A-Fa-f]){32}-*[{}]*"  # every way of writing one that Python reads

NO_NUL = r"^[^\u0000]*$"
NOT_BLANK = r"^\s*[^\s\u0000][^\u0000]*$"
WHOLE_NUMBER = r"^\s*[+-]?[0-9]+(?:_[0-9]+)*(?:\.0+)?\s*$"
SEQUENCE = rf"^-?[0-9]{{1,20}}{END}"
TRUTH_VALUE = rf"^(?:true|false){END}"
TENANT = rf"^[a-z0-9][a-z0-9_-]{{0,62}}{END}"
DAY = r"(?!9999)(?:19|[2-9][0-9])[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,9})?)?"
_ZONE = r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])"
_ZONE_OR_HOURS = r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)"
TIME = rf"^{DAY}(?:[Tt ]{_CLOCK}{_ZONE})?{END}"


def decimal_number(whole: int, places: int) -> str:
    """A number as text with at most so many digits before and after the point; with an exponent, of any size."""
    plain = rf"0*[0-9]{{0,{whole}}}(?:\.[0-9]{{0,{places}}}0*)?"
    # What Python reads as a decimal number, and no pattern can count the digits of.
    other = r"(?=.*[eE_])[0-9_]*\.?[0-9_]*(?:[eE][+-]?[0-9_]+)?"
    return rf"^\s*[+-]?(?=[._]*[0-9])(?:{plain}|{other})\s*$"


def day_between(first: int, last: int) -> str:
    """A date from the first day of one year to the last day of another."""
    return rf"^{_day(first, last)}{END}"


def instant_between(first: int, last: int) -> str:
    """A time with its zone, from the first day of one year to the last day of another."""
    return rf"^{_day(first, last)}[Tt ]{_CLOCK}{_ZONE_OR_HOURS}{END}"


def _day(first: int, last: int) -> str:
    whole = [century for century in range(first // 100, last // 100 + 1) if first <= century * 100 <= last - 99]
    single = [year for year in range(first, last + 1) if year // 100 not in whole]
    years = "|".join([*(f"{century}[0-9]{{2}}" for century in whole), *map(str, single)])
    return rf"(?:{years})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"


def reference_to(kind: str) -> str:
    """A reference `<kind>:<source>:<key>`; with the source `id` the key is a UUID, with `phone` it has a digit."""
    source = r"(?!\s*(?:id|phone)\s*:)\s*[^\s:\u0000][^:\u0000]*"
    id_, phone = rf"\s*id\s*:\s*{_UUID}\s*", r"\s*phone\s*:[^0-9\u0000]*[0-9][^\u0000]*"
    return rf"^\s*{kind}\s*:(?:{id_}|{phone}|{source}:\s*[^\s\u0000][^\u0000]*)$"


def media_type_of_json() -> str:
    """`application/json`, or a media type that ends in `+json`, in any case and with or without parameters."""
    return rf"^(?:\s*{_in_any_case('application/json')}|[^;]*\+{_in_any_case('json')})\s*(?:;[\s\S]*)?$"


def _in_any_case(word: str) -> str:
    return "".join(f"[{c.upper()}{c}]" if c.isalpha() else c for c in word)

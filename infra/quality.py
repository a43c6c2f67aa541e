"""What addresses, numbers, countries and currencies are to the world, by the libraries that know."""

from functools import cache, cached_property, lru_cache

from consumers.ingest.quality import Verdict

# Codes that stand for countries in daily use and not in ISO 3166: the first is reserved there, the second is the
# European Union's for Greece.
_IN_USE = {"uk": "GB", "el": "GR"}
_CACHED = 1_000  # countries and currencies recur; numbers and addresses hardly do


class QualityCheck:
    """Judges values. `country` is the alpha-2 code whose telephone numbers may stand without a country's code.

    The libraries are loaded for the first value that needs them.
    """

    def __init__(self, country: str = "") -> None:
        self._country = country or None

    def __call__(self, as_: str, value: str) -> Verdict:
        """The verdict on a value that should be an `email`, a `phone`, a `country` or a `currency`."""
        match as_:
            case "email":
                return _email(value)
            case "phone":
                return self._numbers.judge(value)
            case "country":
                return _country(value)
            case _:
                return _currency(value)

    @cached_property
    def _numbers(self) -> "_Numbers":
        return _Numbers(self._country)


class _Numbers:
    """Telephone numbers, to E.164, which has no extensions."""

    def __init__(self, country: str | None) -> None:
        import phonenumbers  # noqa: PLC0415

        self._library = phonenumbers
        self._country = country

    def judge(self, value: str) -> Verdict:
        library = self._library
        try:
            number = library.parse(value, self._country)
        except library.NumberParseException as error:
            no_country = error.error_type == library.NumberParseException.INVALID_COUNTRY_CODE
            national = no_country and not value.lstrip().startswith("+")
            return Verdict(doubt="no_country_code" if national else "not_a_number")
        if not library.is_possible_number(number):
            return Verdict(doubt="not_a_possible_number")
        normal = library.format_number(number, library.PhoneNumberFormat.E164)
        # Of the right length, but in a range that nobody was given.
        return Verdict(normal, None if library.is_valid_number(number) else "not_a_number_in_use")


def known_region(code: str) -> bool:
    """Whether a country's alpha-2 code has telephone numbers of its own."""
    import phonenumbers  # noqa: PLC0415

    return code in phonenumbers.SUPPORTED_REGIONS


def _email(value: str) -> Verdict:
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415

    try:
        # Whether the domain has a mail server is a question to the network, and has another answer tomorrow.
        return Verdict(validate_email(value, check_deliverability=False).normalized)
    except EmailNotValidError:
        return Verdict(doubt="not_an_address")


@lru_cache(_CACHED)
def _country(value: str) -> Verdict:
    code = _countries().get(value.strip().casefold())
    return Verdict(code, None if code else "not_a_country")


@lru_cache(_CACHED)
def _currency(value: str) -> Verdict:
    return Verdict(value) if value in _currencies() else Verdict(doubt="not_a_currency")


@cache
def _countries() -> dict[str, str]:
    """The alpha-2 code of each country by its codes and its English names, in small letters."""
    import pycountry  # noqa: PLC0415

    known = {}
    for country in pycountry.countries:
        for word in ("name", "common_name", "official_name", "alpha_2", "alpha_3"):
            if name := getattr(country, word, None):
                known[str(name).casefold()] = str(country.alpha_2)
    return {**_IN_USE, **known}


@cache
def _currencies() -> frozenset[str]:
    import pycountry  # noqa: PLC0415

    return frozenset(str(currency.alpha_3) for currency in pycountry.currencies)

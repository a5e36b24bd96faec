"""Words of dates in a dozen languages: months, weekdays, small words, zones."""

from collections.abc import Iterator
from datetime import timedelta, timezone, tzinfo
from functools import lru_cache
from unicodedata import combining, normalize

_MONTHS = """
january jan januar jänner jenner januari janvier enero gennaio janeiro styczeń stycznia січень
січня январь января ianuarie јануар януари ocak
/
february februar februari febr feb feber février fevr febrero febbraio fevereiro luty lutego лютий
лютого февраль февраля februarie февруари şubat
/
march märz maerz mrz mars maart mrt marts marzo março marzec marca березень березня март марта
martie mart
/
april avril abril aprile kwiecień kwietnia квітень квітня апрель апреля aprilie април nisan
/
may mai maj mei mayo maggio maio maja травень травня май мая mayıs
/
june juni juin junio giugno junho czerwiec czerwca червень червня июнь июня iunie юни haziran
/
july juli juillet julio luglio julho lipiec lipca липень липня июль июля iulie юли temmuz
/
august augusti augustus août aout agosto sierpień sierpnia серпень серпня август августа ağustos
/
september septembre septiembre setiembre settembre setembro wrzesień września вересень вересня
сентябрь сентября septembrie септември eylül
/
october oktober octobre octubre ottobre outubro październik października жовтень жовтня октябрь
октября octombrie октомври ekim
/
november novembre noviembre novembro listopad listopada листопад листопада ноябрь ноября noiembrie
ноември kasım
/
december dezember décembre diciembre dicembre dezembro desember grudzień grudnia грудень грудня
декабрь декабря decembrie декември aralık
"""
"""Names of the twelve months, with `/` between months."""

_WEEKDAYS = """
monday tuesday wednesday thursday friday saturday sunday
montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag
lundi mardi mercredi jeudi vendredi samedi dimanche
lunes martes miércoles jueves viernes sábado domingo
lunedì martedì mercoledì giovedì venerdì sabato domenica
segunda terça quarta quinta sexta feira
poniedziałek wtorek środa czwartek piątek sobota niedziela
понеділок вівторок середа четвер п'ятниця пятниця субота неділя
понедельник вторник среда четверг пятница суббота воскресенье
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
måndag tisdag onsdag torsdag fredag lördag söndag
"""  # not shown
_SHORT_WEEKDAYS = "пн вт ср чт пт сб вс нд пон вів сер чет пят суб нед вск pn pt nd ndz thur thurs"
_NOISE = """
at on of the de del di do dia den der el le la um uhr à a às alle ore h kl klo w o godz годз в у о
об во г год года р рік року ч
"""
_ZONES = """
utc 0 gmt 0 ut 0 z 0 zulu 0 wet 0 west 60 bst 60 ist 330 cet 60 cest 120 mez 60 mesz 120 met 60
mest 120 eet 120 eest 180 msk 180 мск 180 msd 240 trt 180 gst 240 pkt 300 npt 345 wib 420 ict 420
hkt 480 sgt 480 pht 480 awst 480 jst 540 kst 540 acst 570 acdt 630 aest 600 aedt 660 nzst 720
nzdt 780 sast 120 wat 60 cat 120 eat 180 nst -210 ndt -150 ast -240 adt -180 est -300 edt -240
cst -360 cdt -300 mst -420 mdt -360 pst -480 pdt -420 akst -540 akdt -480 hst -600 art -180
brt -180 brst -120 clt -240 clst -180 cot -300 pet -300 vet -240
"""


def folded(word: str) -> str:
    """Return the word without case and diacritics, as names are compared."""
    parts = normalize("NFKD", word.casefold())
    return "".join(part for part in parts if not combining(part))


def month_of(word: str) -> int:
    """Return the number of a month by its name or the beginning of it; 0 if it is not one."""
    return _months().get(folded(word), 0)


def is_weekday(word: str) -> bool:
    """Return whether the word is a weekday or the beginning of one."""
    return folded(word) in _weekdays()


@lru_cache(1)
def _months() -> dict[str, int]:
    """Return months by name and by beginning of three letters or more; 0 if two months share it."""
    parts = enumerate(_MONTHS.split("/"), 1)
    names = {folded(name): month for month, words in parts for name in words.split()}
    beginnings: dict[str, int] = {}
    for name, month in names.items():
        for start in _beginnings(name, 3):
            beginnings[start] = month if beginnings.get(start, month) == month else 0
    return beginnings | names


@lru_cache(1)
def _weekdays() -> frozenset[str]:
    names = [folded(name) for name in _WEEKDAYS.replace("'", "").split()]
    short = [folded(name) for name in _SHORT_WEEKDAYS.split()]
    return frozenset((*short, *(start for name in names for start in _beginnings(name, 2))))


def _beginnings(name: str, least: int) -> Iterator[str]:
    return (name[:length] for length in range(least, len(name) + 1))


@lru_cache(1)
def noise() -> frozenset[str]:
    """Return the words that may occur in a date without meaning anything."""
    return frozenset(folded(word) for word in _NOISE.split())


@lru_cache(1)
def zones() -> dict[str, tzinfo]:
    """Return the zones by abbreviation, in lower case."""
    words = iter(_ZONES.split())
    return {name: timezone(timedelta(minutes=int(next(words)))) for name in words}


@lru_cache(64)
def zone_of_place(name: str) -> tzinfo | None:
    """Return the zone with an IANA name; None if there is none."""
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return None

"""Dates as people and programs write them: unambiguous ones are read, others are not."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.formats.dates.reading import MAX_CHARACTERS, day_comes_first, read_date

NINE = datetime(2024, 3, 5, 9, 0, tzinfo=UTC)
MIDNIGHT = datetime(2024, 3, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05T09:00:00Z",
        "2024-03-05T10:00:00+01:00",
        "2024-03-05T10:00:00+0100",
        "2024-03-05T10:00:00+01",
        "2024-03-05T09:00:00.000000000Z",
        "2024-03-05t09:00:00z",
        "2024-03-05 09:00",
        "2024-03-05 10:00:00 +0100",
        "2024-03-05T0900Z",
        "20240305T090000Z",
        "20240305090000",
        "2024-3-5 9:00",
        "2024-W10-2T09:00:00",
        "2024-065T09:00:00",
        "2024-03-05T10:00:00+01:00[Europe/Berlin]",
        "2024-03-05 10:00:00 Europe/Berlin",
        "2024/03/05 09:00:00",
        "2024.03.05 09:00",
        "1709629200",
        "1709629200.0",
        "1709629200000",
        "1709629200000000",
        "1709629200000000000",
        "Tue, 05 Mar 2024 09:00:00 GMT",
        "Tue, 5 Mar 2024 09:00:00 +0000",
        "Tue, 05 Mar 2024 04:00:00 EST",
        "Tue, 05 Mar 2024 01:00:00 PST",
        "Tue, 05 Mar 2024 02:00:00 PDT",
        "Tue, 05 Mar 2024 10:00:00 CET",
        "Tue, 05 Mar 2024 11:00:00 CEST",
        "Tue, 05 Mar 2024 12:00:00 MSK",
        "Tue, 05 Mar 2024 14:30:00 IST",
        "Tue, 05 Mar 2024 10:00:00 +0100 (CET)",
        "Tue, 05 Mar 2024 10:00:00 (CET)",
        "Tue, 05 Mar 2024 09:00:00 XYZ",
        "Tue,05 Mar 24 09:00 UT",
        "Tuesday, 05-Mar-24 09:00:00 GMT",
        "Tue Mar 5 09:00:00 2024",
        "Tue Mar 5 10:00:00 CET 2024",
        "Tue Mar 05 09:00:00 +0000 2024",
        "05/Mar/2024:09:00:00 +0000",
        "2024-03-05 10:00:00 +0100 CET",
        "2024-03-05 10:00:00 +0100 CET m=+0.000123",
        "2024-03-05 12:00:00 +0300 +03",
        "Tue Mar 05 2024 10:00:00 GMT+0100 (Central European Standard Time)",
        "3/5/2024, 9:00:00 AM",
        "3/5/2024, 9:00:00\u202fAM",
        "5.3.2024, 09:00:00",
        "03/05/2024 09:00 AM",
        "03/05/24 9:00 a.m.",
        "March 5, 2024 9:00 AM UTC",
        "March 5, 2024 4:00 AM ET",
        "Mar. 5th, 2024 at 9 a.m.",
        "Tuesday, March 5, 2024 at 10:00:00 AM Central European Standard Time",
        "5 March 2024 09:00",
        "09:00 5 March 2024",
        "2024-03-05 10:00 GMT+1",
        "2024-03-05 10:00 UTC+01:00",
        "2024-03-05 09:00 UTC",
        "mar, 05 mar 2024 10:00:00 +0100",
        "martes, 5 de marzo de 2024, 9:00",
        "mardi 5 mars 2024 à 9h00",
        "mardi 5 mars 2024 à 9 h",
        "Di, 5. März 2024, 09:00 Uhr",
        "Dienstag, 5. Maerz 2024 9.00 Uhr",
        "martedì 5 marzo 2024 alle ore 09:00",
        "terça-feira, 5 de março de 2024 às 09:00",
        "wt., 5 mar 2024, 09:00",
        "wtorek, 5 marca 2024 godz. 9:00",
        "вівторок, 5 березня 2024 р. о 09:00",
        "Вт, 05 бер 2024 11:00:00 +0200",
        "вторник, 5 марта 2024 г., 09:00",
        "Вт, 05 мар. 2024 12:00:00 +0300",
        "2024年3月5日 09:00",
        "2024. 3. 5. 오전 9:00:00",
    ],
)
def test_a_date_with_a_time_is_the_instant_that_it_means(text: str) -> None:
    assert read_date(text) == NINE


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05",
        "20240305",
        "2024-065",
        "2024-03-05Z",
        "2024/03/05",
        "Mar 5, 2024",
        "5 Mar 2024",
        "05-Mar-2024",
        "2024-Mar-05",
        "5th of March 2024",
        "Tue Mar 05 2024",
        "05.03.2024",
        "5. 3. 2024",
        "5e mars 2024",
        "2024-03-04T24:00:00Z",
    ],
)
def test_a_date_without_a_time_is_midnight(text: str) -> None:
    assert read_date(text) == MIDNIGHT


NAMES = {
    "English": "January February March April May June July August September October November "
    "December / Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec",
    "Ukrainian": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада "
    "грудня / січень лютий березень квітень травень червень липень серпень вересень жовтень "
    "листопад грудень / січ лют бер кві тра чер лип сер вер жов лис гру",
    "Russian": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря "
    "/ январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь "
    "/ янв февр мар апр май июн июл авг сент окт нояб дек",
    "Spanish": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre / ene feb mar abr may jun jul ago sep oct nov dic",
    "French": "janvier février mars avril mai juin juillet août septembre octobre novembre "
    "décembre / janv févr mars avr mai juin juil août sept oct nov déc",
    "German": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember "
    "/ Jan Feb Mrz Apr Mai Jun Jul Aug Sep Okt Nov Dez",
    "Italian": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre "
    "novembre dicembre / gen feb mar apr mag giu lug ago set ott nov dic",
    "Portuguese": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro "
    "dezembro / jan fev mar abr mai jun jul ago set out nov dez",
    "Polish": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października "
    "listopada grudnia / styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień "
    "październik listopad grudzień / sty lut mar kwi maj cze lip sie wrz paź lis gru",
}
WEEKDAYS = """
Monday Tue Thurs Sunday понеділок вівторок середа четвер п'ятниця субота неділя Пн Вт Ср Чт Пт Сб Нд
понедельник вторник среда четверг пятница суббота воскресенье вс lunes mié jue viernes sáb domingo
lundi mar. mer. jeudi vendredi sam. dim. Montag Di Mi Do Fr Sa So Sonnabend lunedì gio ven domenica
segunda-feira ter qua sexta sáb dom poniedziałek śr. czw. pt. sob. niedz.
"""


@pytest.mark.parametrize("language", NAMES)
def test_months_are_read_in_every_language_long_and_short(language: str) -> None:
    for names in NAMES[language].split("/"):
        for month, name in enumerate(names.split(), 1):
            for text in (f"7 {name} 2023", f"7 {name}. 2023", f"{name} 7, 2023", f"07-{name}-2023"):
                assert read_date(text) == datetime(2023, month, 7, tzinfo=UTC), text


@pytest.mark.parametrize("weekday", WEEKDAYS.split())
def test_leading_weekdays_are_skipped(weekday: str) -> None:
    for text in (f"{weekday}, 07 oct 2023", f"{weekday} 7 Oct 2023", f"{weekday}, 07.10.2023"):
        assert read_date(text) == datetime(2023, 10, 7, tzinfo=UTC), text


@pytest.mark.parametrize(
    ("text", "hour"),
    [("12:30 AM", 0), ("12:30 PM", 12), ("1:30 PM", 13), ("11:30 p. m.", 23), ("13:30 PM", 13)],
)
def test_the_clock_of_twelve_hours(text: str, hour: int) -> None:
    assert read_date(f"Mar 5, 2024 {text}") == MIDNIGHT + timedelta(hours=hour, minutes=30)


def test_fractions_of_any_length_and_leap_seconds_are_read() -> None:
    expected = datetime(2017, 8, 1, 11, 55, 44, 364419, tzinfo=UTC)
    assert read_date("2017-08-01 13:55:44.364419679 +0200 CEST") == expected
    assert read_date("2016-12-31T23:59:60Z") == datetime(2017, 1, 1, tzinfo=UTC)


def test_where_both_readings_are_possible_the_month_comes_first_unless_told_otherwise() -> None:
    march, april = datetime(2024, 3, 4, tzinfo=UTC), datetime(2024, 4, 3, tzinfo=UTC)
    assert read_date("03/04/2024") == read_date("03/04/2024", day_first=False) == march
    assert read_date("03/04/2024", day_first=True) == april
    assert read_date("03.04.2024") == april
    for either in (True, False, None):
        assert read_date("25/04/2024", day_first=either) == datetime(2024, 4, 25, tzinfo=UTC)
        assert read_date("04/25/2024", day_first=either) == datetime(2024, 4, 25, tzinfo=UTC)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["03/04/2024", "25/04/2024 10:00"], True),
        (["03/04/2024", "04/25/2024 10:00"], False),
        (["03-04-2024", "25-04-2024"], True),
        (["03/04/2024", "05/06/2024"], None),
        (["25/04/2024", "04/25/2024"], None),
        (["2024-04-25", "25.04.2024", "soon"], None),
        ([], None),
    ],
)
def test_the_dates_of_a_page_tell_how_they_are_written(
    texts: list[str], expected: bool | None
) -> None:
    assert day_comes_first(texts) is expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "2 days ago", "Monday", "10:00", "March", "Mar 5", "5", "-1", "0"),
        *("0000-00-00", "0000-00-00T00:00:00Z", "2024-02-30", "31/02/2024", "31/31/2024"),
        *("2024-13-01", "2024-00-10", "2024-03-05T25:00:00Z", "2024-03-05T10:61:00Z", "2024-366-9"),
        *("2023-366", "9" * 20, "12345678", "1.2.3", "127.0.0.1", "v1.2.2024", "$5.3.2024"),
        *(
            "Febtober 3, 2024",
            "<b>5 Mar 2024</b>",
            "news of 5 Mar 2024",
            "5 Mar 2024 to 6 Mar 2024",
        ),
        *("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00", "\ud800", "\0", "T", "Z", "+"),
        *("Tue, 05 Mar 2024 09:00:00 +9900", "٥ Mar 2024", "2024-03-05" + " " * 200 + "x"),
    ],
)
def test_other_text_is_not_a_date(text: str) -> None:
    assert read_date(text) is None


@given(st.text(max_size=2 * MAX_CHARACTERS))
def test_no_text_raises(text: str) -> None:
    found = read_date(text)
    assert found is None or found.tzinfo is UTC


PIECES = st.sampled_from(
    [
        *(
            "1",
            "12",
            "31",
            "2024",
            "99",
            " ",
            ", ",
            "-",
            "/",
            ".",
            ":",
            "+",
            "T",
            "Z",
            "GMT",
            "(",
            ")",
        ),
        *(
            "Mar",
            "mar",
            "May",
            "Di",
            "вт",
            "марта",
            "am",
            "p.m.",
            "h",
            "Uhr",
            "at",
            "1:30",
            "10:00:00",
        ),
        *(
            "+0100",
            "UTC+2",
            "EST",
            "Europe/Kyiv",
            "年",
            "月",
            "日",
            "下午",
            "th",
            "m=+1",
            "\u202f",
            "'",
        ),
    ]
)


@given(st.lists(PIECES, max_size=14).map("".join))
def test_no_text_of_pieces_of_dates_raises(text: str) -> None:
    for day_first in (True, False):
        found = read_date(text, day_first=day_first)
        assert found is None or found.tzinfo is UTC


FIRST, LAST = datetime(1, 1, 2), datetime(9999, 12, 30)  # noqa: DTZ001 - as hypothesis wants them


@given(st.datetimes(FIRST, LAST, timezones=st.just(UTC)))
def test_dates_written_as_iso_8601_are_read_back(instant: datetime) -> None:
    assert read_date(instant.isoformat()) == instant

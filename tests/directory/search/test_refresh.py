"""What follows an import does not grow with the square of the directory's words."""

from itertools import islice, product
from string import ascii_lowercase

from django.db import connection

from directory.models import Word
from directory.search.index import index_services, refresh_counts
from tests.factories import ServiceFactory

HALF = 10_000  # words; with one statement of two conditions as one, twice as many took 17 s, and as two 0.01 s


def test_the_words_are_counted_within_a_second_or_two_however_many_they_are() -> None:
    words = ["".join(letters) + "q" for letters in islice(product(ascii_lowercase, repeat=4), 2 * HALF)]
    rows = [ServiceFactory(name=f"Club {n}", description=" ".join(words[n::4])) for n in range(4)]
    index_services([row.pk for row in rows])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '6s'")
        refresh_counts()
        cursor.execute("SET LOCAL statement_timeout = 0")
    assert Word.objects.filter(word__in=words).count() == len(words)

"""How the country is cut into cells, for directory/index.py and search.py."""

from django.db import migrations

# The number of the grid cell that holds a point (WGS84 degrees), or of one so many cells east and north of it.
# Level 0 is cells of 0.5 km, each further level doubles them. 27 bits of place under 4 of level: at the smallest
# size cells 4,000 km apart share a number, so distances are compared as well.
MAKE = """
CREATE FUNCTION hereabouts_cell(lat float8, lon float8, level int, east int, north int) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    (level << 27)
    | (((floor(lon * 64.571 / (0.5 * 2 ^ level))::int + east) & 16383) << 13)
    | ((floor(lat * 111.195 / (0.5 * 2 ^ level))::int + north) & 8191);
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0002_words")]

    operations = [migrations.RunSQL(MAKE, "DROP FUNCTION hereabouts_cell")]

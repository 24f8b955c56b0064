"""A drawn form, filled again."""

from config.form_filler import FILE_AGAIN, fill_form

PAGE = """<form method="get" action="/a/"><input name="words"></form>
<form method="post" action="/b/?x=1"><input name="words" value="b"></form>
<form class="x" method="post"><input type="hidden" name="csrfmiddlewaretoken" value="fresh">
<input type="text" name="words" value="old &amp; worn" required>
<input name="day_0"><input name="twice" value="1"><input name="twice">
<textarea name="long" rows="3">before &lt;b&gt;</textarea>
<input type="radio" name="one" value="a" checked> <input type="radio" name="one" value="b">
<input type="checkbox" name="some" value="a" checked> <input type="checkbox" name="some" value="b">
<select name="of"><option value="1" selected>One</option><option value="2">Two</option></select>
<input type="file" name="sheet">
<input type="password" name="secret" value=""><button name="later" value="1">Later</button></form>"""


def filled(values: dict[str, list[str]], action: str = "/here/") -> str | None:
    return fill_form(PAGE, page="/here/", action=action, values=values, hidden={"unsent": "7"})


def test_each_kind_of_field_is_filled() -> None:
    page = filled(
        {
            "words": ['new "words" & <more>'],
            "twice": ["x", "y"],
            "long": ["line\n</textarea><script>"],
            "one": ["b"],
            "some": ["b"],
            "of": ["2"],
            "secret": ["hunter2"],
            "csrfmiddlewaretoken": ["stale"],
            "later": ["1"],
        }
    )
    assert page
    assert 'name="words" type="text" value="new &quot;words&quot; &amp; &lt;more&gt;" required' in page
    assert 'name="twice" value="1"' not in page
    assert '<input name="twice" value="x"><input name="twice" value="y">' in page
    assert '<textarea name="long" rows="3">\nline\n&lt;/textarea&gt;&lt;script&gt;</textarea>' in page
    assert '<input name="one" type="radio" value="a"> <input name="one" type="radio" value="b" checked>' in page
    assert '<input name="some" type="checkbox" value="a"> <input name="some" type="checkbox" value="b" checked>' in page
    assert '<option value="1">One</option><option value="2" selected>Two</option>' in page
    assert f'<input type="file" name="sheet">{FILE_AGAIN}' in page
    assert "hunter2" not in page
    assert "stale" not in page
    assert '<form class="x" method="post"><input type="hidden" name="unsent" value="7">' in page
    assert '<input name="words" value="b">' in page  # another form's


def test_a_form_elsewhere_on_the_page_is_found_by_its_address() -> None:
    page = filled({"words": ["mine"]}, action="/b/")
    assert page
    assert '<input name="words" value="mine">' in page
    assert "old &amp; worn" in page


def test_no_such_form_or_no_place_for_the_words_is_said() -> None:
    assert filled({"words": ["mine"]}, action="/c/") is None
    assert filled({"gone": ["x" * 21]}) is None
    assert filled({"gone": ["short"]}) is not None


def test_a_form_of_which_a_part_was_posted_elsewhere_is_found_by_all_its_fields() -> None:
    page = filled({"words": ["mine, and"], "long": ["more of it"], "one": ["b"]}, action="/look-up/")
    assert page
    assert 'value="mine, and"' in page
    assert filled({"words": ["mine, and"], "other": ["more of it"]}, action="/look-up/") is None


def test_what_folds_away_is_unfolded_over_what_was_typed_in_it() -> None:
    fold = '<details class="more"><summary>More</summary><textarea name="{0}"></textarea></details>'
    page = f'<details><form method="post">{fold.format("said")}{fold.format("not")}<input name="x"></form></details>'
    filled_page = fill_form(page, page="/", action="/", values={"said": ["words"], "not": [" "]}, hidden={})
    assert filled_page
    assert filled_page.startswith('<details open><form method="post"><details class="more" open>')
    assert filled_page.count("open") == 2

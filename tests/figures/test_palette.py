"""Colours: readable in both schemes, told apart, and named so that a slip is answered."""

import itertools

import pytest

from whybn.drawing.palette import PENS, RAMPS, ROLES, SCHEMES, SHADES, colours, contrast, hex_of, pen


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # the textbook near miss


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("role", [role for role in ROLES if role != "paper"])
def test_every_role_can_be_read_on_its_paper(role, scheme):
    assert contrast(hex_of(role, scheme), hex_of("paper", scheme)) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("hue", RAMPS)
def test_shades_leave_the_paper_step_by_step(hue, scheme):
    paper = hex_of("paper", scheme)
    ratios = [contrast(hex_of(f"{hue}-{step}", scheme), paper) for step in range(1, SHADES)]
    assert ratios[0] > 1.1
    assert all(later > 1.09 * earlier for earlier, later in itertools.pairwise(ratios))


def test_light_colours_are_distinct_so_that_each_has_one_role():
    light = [pair[0] for pair in colours().values()]
    assert len(set(light)) == len(light)


def test_no_two_arms_look_alike():
    looks = [(arm.role, arm.dash) for name, arm in PENS.items() if name not in ("truth", "ink")]
    assert len(set(looks)) == len(looks)


def test_an_unknown_pen_or_role_is_answered_with_the_nearest():
    with pytest.raises(KeyError, match="did you mean “batch_norm”"):
        pen("batchnorm")
    with pytest.raises(KeyError, match="did you mean “rust-2”"):
        hex_of("rust_2")

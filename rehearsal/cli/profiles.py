"""The options that say how worlds are begun, for the commands that make them."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import click


def _profiles(ctx: click.Context, param: click.Parameter, folder: Path | None) -> Path | None:
    """Look through the folder at once: a mistake in one of its files is told before anything begins."""
    if folder is not None:
        from mock_tiktok.errors import BadValue  # noqa: PLC0415 - on a served stage the names of our packages are the suite's to use
        from mock_tiktok.policy.profile import found_in  # noqa: PLC0415

        try:
            found_in(folder)
        except BadValue as error:
            raise click.BadParameter(error.message, ctx, param) from error
    return folder


def check(profile: str | None, profiles: Path | None, *, ours: bool) -> None:
    """Refuse a profile that cannot be had, or whose market `ours`, our connector, does not know; nothing has begun."""
    if profile is not None:
        from connector.domain.reasons import MARKETS  # noqa: PLC0415 - on a served stage the names of our packages are the suite's to use
        from mock_tiktok.errors import BadValue  # noqa: PLC0415
        from mock_tiktok.policy.profile import found_in, load  # noqa: PLC0415

        try:
            market = load((found_in(profiles) if profiles else {}).get(profile, profile)).market
        except BadValue as error:
            raise click.BadParameter(error.message, param_hint="--profile") from error
        if ours and market not in MARKETS:
            words = f"our connector takes in no shop of {market}, whose reasons it does not know; it knows those of"
            raise click.BadParameter(f"{profile}: {words} {', '.join(MARKETS)}.", param_hint="--profile")


folder_option: Final = partial(
    click.option,
    "--profiles",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of profiles that are then known by their names, as those that ship are.",
)


def profile_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--profile` and `--profiles`."""
    one = click.option("--profile", help="Policy profile, by name or as a file. [default: the market's]")
    return one(folder_option(callback=_profiles)(command))


def _manners(ctx: click.Context, param: click.Parameter, text: str | None) -> str | None:
    """Refuse a manner that there is not, before anything begins."""
    if text is not None:
        from mock_oms.domain.manners import manners_named  # noqa: PLC0415 - on a served stage the names of our packages are the suite's to use

        try:
            manners_named(text.split(","))
        except ValueError as error:
            raise click.BadParameter(str(error), ctx, param) from error
    return text


manners_option = click.option(
    "--oms-manners",
    metavar="NAMES",
    callback=_manners,
    help="How the OMS behaves: careful, careless, or bad habits by name, as in twice,pages-by-2. [default: careful]",
)

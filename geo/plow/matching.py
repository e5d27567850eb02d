"""Which segments a cleaned trace ran on: a hidden Markov model after Newson and Krumm (2009).

States are places on segments near a fix, seen with an error that grows with the receiver's own accuracy; going from one
to the next is the likelier the less the way by road differs from the straight line. Viterbi's path through them; where
no road joins two fixes in the time there was, the path begins anew, and nothing is credited across.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import shapely

from geo.plow.network import Network
from geo.plow.track import Column, Track
from geo.plow.ways import ways_m

Numbers: TypeAlias = npt.NDArray[np.int64]
_NEVER = float("-inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingConfig:
    """What a city may set. Metres, unless told otherwise."""

    near: float = 15.0  # a fix belongs to no segment farther than this …
    near_accuracies: float = 2.0  # … or than so many times its accuracy
    error: float = 6.0  # of a good receiver in a street: one standard deviation
    unknown_accuracy: float = 10.0  # of a device that does not tell
    candidates: int = 6  # segments looked at for one fix, the nearest
    difference: float = 25.0  # between way and straight line: e times less likely for each so many
    longest_detour: float = 2.0  # a way longer than this times the straight line, plus …
    detour_slack: float = 150.0  # … so much, was not driven between two fixes
    fastest_kmh: float = 80.0
    gap_s: float = 120.0  # fixes beside the road may be passed over, but for no longer than a trace may be silent
    heading_from_kmh: float = 5.0  # slower, a receiver does not know where it is heading
    heading_free_deg: float = 45.0


PRACTICE = MatchingConfig()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Matched:
    """The fixes that lie on a segment, all of shape (m,): m ≤ the fixes of the trace."""

    fix: Numbers  # which of the trace
    segment: Numbers  # the number of its segment
    along_m: Column  # from the segment's beginning
    off_m: Column  # from the segment
    joined: npt.NDArray[np.bool_]  # whether a way by road leads here from the one before

    def __len__(self) -> int:
        return len(self.fix)


@dataclass(frozen=True, slots=True, eq=False)
class _States:
    """Candidates of the fixes that have some, shape (fixes, candidates); segment -1 where there are fewer."""

    fix: Numbers
    segment: Numbers
    along_m: Column
    off_m: Column
    likely: Column  # logarithm


def match(piece: Track, network: Network, config: MatchingConfig = PRACTICE) -> Matched:
    """Place the fixes of one clean piece (ascending times) on segments."""
    east, north = network.plane.metres(piece.lon, piece.lat)
    states = _states(piece, shapely.points(east, north), network, config)
    apart = np.hypot(np.diff(east[states.fix]), np.diff(north[states.fix]))
    steps = _steps(states, apart, np.diff(piece.at[states.fix]), network, config)
    chosen, joined = _viterbi(states.likely, steps)
    rows = np.arange(len(states.fix))
    return Matched(
        fix=states.fix,
        segment=states.segment[rows, chosen],
        along_m=states.along_m[rows, chosen],
        off_m=states.off_m[rows, chosen],
        joined=joined,
    )


def _states(piece: Track, points: npt.NDArray[np.object_], network: Network, config: MatchingConfig) -> _States:
    accuracy = np.nan_to_num(piece.accuracy_m, nan=config.unknown_accuracy)
    near = np.maximum(config.near, config.near_accuracies * accuracy)
    fix, segment = network.tree.query(points, predicate="dwithin", distance=near)
    off = shapely.distance(points[fix], network.lines[segment])
    order = np.lexsort((segment, off, fix))
    fix, segment, off = fix[order], segment[order], off[order]
    begins = np.flatnonzero(np.diff(fix, prepend=-1))
    rank = np.arange(len(fix)) - np.repeat(begins, np.diff(begins, append=len(fix)))
    kept = rank < config.candidates
    fix, segment, off, rank = fix[kept], segment[kept], off[kept], rank[kept]
    along = shapely.line_locate_point(network.lines[segment], points[fix])
    error = np.hypot(config.error, accuracy[fix] / 2)
    likely = -0.5 * (off / error) ** 2 + _heading(piece, fix, segment, along, network, config)
    return _table(fix, rank, segment, along, off, likely)


def _table(fix: Numbers, rank: Numbers, segment: Numbers, along: Column, off: Column, likely: Column) -> _States:
    """Lists of candidates as one row a fix."""
    rows, row = np.unique(fix, return_inverse=True)
    shape = (len(rows), int(rank.max(initial=0)) + 1)
    numbers = np.full(shape, -1)
    numbers[row, rank] = segment
    places, distances, chances = np.zeros(shape), np.zeros(shape), np.full(shape, -np.inf)
    for table, values in ((places, along), (distances, off), (chances, likely)):
        table[row, rank] = values
    return _States(rows, numbers, places, distances, chances)


def _heading(
    piece: Track, fix: Numbers, segment: Numbers, along: Column, network: Network, config: MatchingConfig
) -> Column:
    """How much less likely a segment is because the vehicle said it was heading elsewhere."""
    told = ~np.isnan(piece.heading_deg[fix]) & ~(piece.speed_kmh[fix] < config.heading_from_kmh)
    lines, ends = network.lines[segment], (np.maximum(along - 5.0, 0.0), along + 5.0)
    here, there = (shapely.get_coordinates(shapely.line_interpolate_point(lines, metres)) for metres in ends)
    bearing = np.degrees(np.arctan2(*(there - here).T))
    turned = np.abs((piece.heading_deg[fix] - bearing + 180) % 360 - 180)
    turned = np.where(network.oneway[segment], turned, np.minimum(turned, 180 - turned))
    return np.where(told, -0.5 * (np.maximum(0.0, turned - config.heading_free_deg) / 15.0) ** 2, 0.0)


def _steps(states: _States, apart: Column, took_s: Column, network: Network, config: MatchingConfig) -> Column:
    """Logarithms of likelihood from each candidate to each of the next fix, shape (fixes - 1, from, to)."""
    of, to = states.segment[:-1, :, None], states.segment[1:, None, :]
    shape = np.broadcast_shapes(of.shape, to.shape)
    step, row, column = np.nonzero(np.broadcast_to((of >= 0) & (to >= 0), shape))
    way, _ = ways_m(
        network,
        (states.segment[step, row], states.along_m[step, row]),
        (states.segment[step + 1, column], states.along_m[step + 1, column]),
    )
    straight, seconds = apart[step], took_s[step]
    reach = np.minimum(
        config.longest_detour * straight + config.detour_slack, config.fastest_kmh / 3.6 * seconds + 2 * config.near
    )
    possible = (way <= reach) & (seconds <= config.gap_s)
    found = np.full(shape, -np.inf)
    with np.errstate(invalid="ignore"):
        found[step, row, column] = np.where(possible, -np.abs(way - straight) / config.difference, -np.inf)
    return found


def _viterbi(likely: Column, steps: Column) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """The likeliest candidate of each fix, and whether a step led to it; begun anew where none can.

    Over plain lists: for a handful of candidates they are several times faster than arrays.
    """
    chances, moves = likely.tolist(), steps.transpose(0, 2, 1).tolist()  # moves[fix][to][from]
    fixes = len(chances)
    joined, chosen, back = [False] * fixes, [0] * fixes, [[0]] * fixes
    score = chances[0] if fixes else []
    for place in range(1, fixes):
        best, back[place] = _best(score, moves[place - 1])
        joined[place] = max(best) > _NEVER
        if not joined[place]:
            chosen[place - 1] = score.index(max(score))
            best = [0.0] * len(best)
        score = [before + here for before, here in zip(best, chances[place], strict=True)]
    if fixes:
        chosen[-1] = score.index(max(score))
    for place in range(fixes - 1, 0, -1):
        if joined[place]:
            chosen[place - 1] = back[place][chosen[place]]
    return np.array(chosen, dtype=np.int64), np.array(joined, dtype=bool)


def _best(score: list[float], moves: list[list[float]]) -> tuple[list[float], list[int]]:
    """For each candidate the best way to it, and from which one it comes."""
    best, back = [], []
    for move in moves:
        through = [before + step for before, step in zip(score, move, strict=True)]
        top = max(through)
        best.append(top)
        back.append(through.index(top))
    return best, back

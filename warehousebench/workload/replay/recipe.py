"""DuckDB's plan with what our own leaves out: each operator's node and every computed column's expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from warehousebench.errors import SourceError
from warehousebench.workload.cardinality import Measured
from warehousebench.workload.duckplan import READERS
from warehousebench.workload.expressions import Json
from warehousebench.workload.liveness import finished
from warehousebench.workload.plan import JoinType, Kind, Operator, Plan
from warehousebench.workload.planreader import Facts, Reader, Stream

_CARRYING = frozenset({Kind.FILTER, Kind.JOIN, Kind.WINDOW, Kind.ORDER, Kind.LIMIT, Kind.SHARED})
_LEFT_ONLY = frozenset({JoinType.SEMI, JoinType.ANTI, JoinType.MARK})
_RIGHT_ONLY = frozenset({JoinType.RIGHT_SEMI, JoinType.RIGHT_ANTI})
# The inputs whose rows may come out of a join as NULLs.
_NULLED = {JoinType.LEFT: (1,), JoinType.SINGLE: (1,), JoinType.RIGHT: (0,), JoinType.FULL: (0, 1)}


@dataclass(frozen=True, slots=True)
class Computed:
    """A computed column: its expression, whose references are positions in ``inputs``."""

    expression: Json
    inputs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What DuckDB's plan says of one operator.

    ``inputs`` are the columns at the positions that the expressions of ``node`` refer to, per input of the operator.
    ``outputs`` are all its output columns, ``groups`` those that make up an aggregate's group.  ``carried`` are computed
    columns that its rows hold beside the live ones: what was computed below an outer join cannot be computed above it,
    where it may have turned NULL.
    """

    node: Json
    inputs: tuple[tuple[int, ...], ...]
    outputs: tuple[int, ...]
    groups: tuple[int, ...] = ()
    carried: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """A plan with a recipe per operator, its computed columns, and the columns of the answer."""

    plan: Plan
    recipes: tuple[Recipe, ...]
    computed: Mapping[int, Computed]
    root: tuple[int, ...]


def read_script(query: str, logical: Json, run: Measured, facts: Facts, weight: float = 1.0) -> Script:
    """Return the plan of ``query`` with everything needed to run it by hand.

    ``logical`` is DuckDB's serialised plan and ``run`` its measured run.  Raises UnsupportedError or SourceError for what
    cannot be read.
    """
    reader = _Recorder(facts, {name: _recorded(read) for name, read in READERS.items()})
    try:
        root = reader.read(logical, run)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise SourceError(f"DuckDB's plan has an unexpected form ({error!r}): use a tested version of DuckDB") from error
    operators = finished(reader.drafts, root.columns, reader.columns, reader.derived)
    recipes = _with_carried(operators, [reader.recipe(place) for place in range(len(operators))], reader.expressions)
    return Script(Plan(query, operators, tuple(reader.columns), weight), recipes, reader.expressions, root.columns)


@dataclass(slots=True)
class _Recorder(Reader):
    """Reads as its parent does, and remembers nodes and expressions."""

    expressions: dict[int, Computed] = field(default_factory=dict)
    nodes: list[Json] = field(default_factory=list)
    open: list[tuple[Json, list[Stream]]] = field(default_factory=list)
    children: list[list[Stream]] = field(default_factory=list)

    def draft(self, operator: Operator, columns: Sequence[int], uses: Sequence[int] = (), groups: Sequence[int] = ()) -> Stream:
        node, streams = self.open[-1]
        self.nodes.append(node)
        self.children.append(streams)
        # A method that is looked up by super() without arguments does not work in a dataclass with slots.
        return Reader.draft(self, operator, columns, uses, groups)

    def computed_anew(self, expression: Json, inputs: Sequence[int]) -> int:
        column = Reader.computed_anew(self, expression, inputs)
        self.expressions[column] = Computed(expression, tuple(inputs))
        return column

    def recipe(self, place: int) -> Recipe:
        """Return an operator's recipe; an input drafted for the same node stands for no child of it."""
        seen = {stream.place: stream.columns for stream in self.children[place]}
        draft = self.drafts[place]
        inputs = tuple(seen.get(k, self.drafts[k].outputs) for k in draft.operator.inputs)
        return Recipe(self.nodes[place], inputs, draft.outputs, tuple(sorted(draft.groups)))


def _recorded(
    read: Callable[[Reader, Json, Measured], Stream],
) -> Callable[[Reader, Json, Measured], Stream]:
    def reading(reader: Reader, node: Json, run: Measured) -> Stream:
        assert isinstance(reader, _Recorder)
        reader.open.append((node, []))
        stream = read(reader, node, run)
        reader.open.pop()
        if reader.open:
            reader.open[-1][1].append(stream)
        return stream

    return reading


def _with_carried(operators: Sequence[Operator], recipes: Sequence[Recipe], computed: Mapping[int, Computed]) -> tuple[Recipe, ...]:
    done: list[Recipe] = []
    for operator, recipe in zip(operators, recipes, strict=True):
        kept = [done[place].carried for place in _carriers(operator)]
        nulled = [recipe.inputs[k] for k in _NULLED.get(operator.join, ())] if operator.join else []
        found = {column for columns in kept for column in columns}
        found |= {column for columns in nulled for column in columns if column in computed and column not in recipe.outputs}
        done.append(replace(recipe, carried=tuple(sorted(found))))
    return tuple(done)


def _carriers(operator: Operator) -> tuple[int, ...]:
    """Return the inputs whose carried columns the operator hands on."""
    if operator.kind not in _CARRYING:
        return ()
    if operator.kind is Kind.SHARED or operator.join in _RIGHT_ONLY:
        return operator.inputs[1:]
    return operator.inputs[:1] if operator.join in _LEFT_ONLY else operator.inputs

"""`$filter` in OData 4, as far as ChannelAdvisor documents it, turned into a SQLAlchemy condition.

`odata-query` parses; the condition is built here, because every comparison is checked against the type of its field.
A condition is built once per *shape*: a filter's literals are taken out of its text first, so that a poll that differs
from the last one only in its time costs one regular expression and no parsing.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any, Final

import sqlalchemy as sa
from odata_query import ast
from odata_query.exceptions import FunctionCallException, ODataException, ParsingException, TokenizingException
from odata_query.grammar import ODataLexer, ODataParser

from connector.adapters.sql.tables import SCALE, Money, Utc
from connector.api.odata.entity import INT32, Entity, Field, Kind
from connector.api.refusals import BadQuery

OPTION: Final = "$filter"
LONGEST: Final = 16_384
MOST_LITERALS: Final = 500
FIRST: Final = datetime.min.replace(tzinfo=UTC)
LAST: Final = datetime.max.replace(tzinfo=UTC)
UNIT: Final = 10**SCALE  # of the integers that money is kept as

Condition = sa.ColumnElement[bool]
Convert = Callable[[str], Any]

_TOKEN: Final = re.compile(
    r"""(?P<enum>[A-Za-z_][\w.]*'(?:[^']|'')*')          # Some.Namespace.AsyncStatus'NewRma'
      | (?P<text>'(?:[^']|'')*')
      | (?P<time>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|z|[+-]\d\d:\d\d)?)
      | (?P<date>\d{4}-\d\d-\d\d)
      | (?P<glued>\b(?:any|all|not)\s*\()                # the parser wants no space here, but one after `not`
      | (?P<word>[A-Za-z_][\w.]*)
      | (?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_COMPARE: Final[dict[type, Callable[[Any, Any], Condition]]] = {
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a.is_distinct_from(b),
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
}
_MIRRORED: Final[dict[type, type]] = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE}
_PARTS_OF_TIME: Final = ("year", "month", "day", "hour", "minute", "second")
# What each function takes, what it makes of that, and how.
_FUNCTIONS: Final[dict[str, tuple[Kind, Kind, Callable[[Any], Any]]]] = {
    **{part: (Kind.TIME, Kind.INT, partial(sa.extract, part)) for part in _PARTS_OF_TIME},
    "floor": (Kind.MONEY, Kind.INT, lambda sum_: sa.type_coerce(sum_, sa.BigInteger) // UNIT),
    "ceiling": (Kind.MONEY, Kind.INT, lambda sum_: (sa.type_coerce(sum_, sa.BigInteger) + (UNIT - 1)) // UNIT),
    "tolower": (Kind.TEXT, Kind.TEXT, sa.func.lower),
    "toupper": (Kind.TEXT, Kind.TEXT, sa.func.upper),
}
_LITERALS: Final = (ast.String, ast.Integer, ast.Float, ast.DateTime, ast.Date)
_ORDERED: Final = frozenset({Kind.INT, Kind.MONEY, Kind.TIME, Kind.TEXT})


@dataclass(frozen=True, eq=False)
class Filter:
    """A condition with named parameters, and how each is read from a literal. One object per shape of a filter."""

    condition: Condition
    parameters: tuple[tuple[str, int, Convert], ...]  # name, which literal, how it is read


@dataclass(frozen=True)
class _Operand:
    """What stands on the field's side of a comparison."""

    name: str
    kind: Kind
    column: sa.ColumnElement[Any]
    nullable: bool = False
    names: tuple[str, ...] = ()


def parse_filter(entity: Entity, text: str) -> tuple[Filter, dict[str, Any]]:
    """Return a filter's condition and the values for it. Raises BadQuery, naming what is wrong."""
    if len(text) > LONGEST:
        raise BadQuery(OPTION, f"longer than {LONGEST} characters.")
    literals: list[str] = []

    def take(match: re.Match[str]) -> str:
        word = match.group()
        kind = match.lastgroup
        if kind == "word":
            return word
        if kind == "glued":
            return "not (" if word[:3].lower() == "not" else word[:3] + "("
        if kind == "enum":
            word = word[word.index("'") :]
        literals.append(word)
        return _HOLES[kind or ""] if kind != "number" else "{n}" if word.lstrip("+-").isdecimal() else "{f}"

    shape = _TOKEN.sub(take, text.strip())
    if not shape.isascii():  # digits of other scripts are none, nor letters names
        foreign = next(letter for letter in shape if not letter.isascii())
        raise BadQuery(OPTION, f"cannot be read at '{foreign}'.")
    if len(literals) > MOST_LITERALS:
        raise BadQuery(OPTION, f"more than {MOST_LITERALS} values.")
    compiled = _compiled(entity, shape, _Literals(tuple(literals)))
    return compiled, {name: convert(literals[at]) for name, at, convert in compiled.parameters}


class _Literals:
    """The literals of one text. Equal to any other, so that the cache below goes by the shape alone."""

    def __init__(self, values: tuple[str, ...]) -> None:
        self.values = values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Literals)

    def __hash__(self) -> int:
        return 0


_HOLES: Final = {"enum": "'{}'", "text": "'{}'", "time": "{t}", "date": "{d}"}
_LIST_OF_ONE: Final = re.compile(r"(?<!\s)\s++in\s*+\(\s*+([^\s(),]++)\s*+\)", re.I)  # the parser wants a comma in it
_HOLE: Final = re.compile(r"'\{\}'|\{[tdnf]\}")


@lru_cache(maxsize=512)
def _compiled(entity: Entity, shape: str, literals: _Literals) -> Filter:
    # The text itself is parsed, with its own literals: what they are is part of what can be wrong.
    if len(_HOLE.findall(shape)) != len(literals.values):
        raise BadQuery(OPTION, "has a brace outside a text.")
    holes = iter(literals.values)
    text = _HOLE.sub(lambda _: next(holes), _LIST_OF_ONE.sub(r" in (\1,)", shape))
    try:
        tree = ODataParser().parse(ODataLexer().tokenize(text))
    except TokenizingException as error:
        raise BadQuery(OPTION, f"cannot be read at '{str(error.token.value)[:40]}'.") from None
    except ParsingException as error:
        where = "its end" if error.eof or error.token is None else f"character {error.token.index + 1}"
        raise BadQuery(OPTION, f"cannot be understood at {where}.") from None
    except FunctionCallException as error:
        raise BadQuery(OPTION, f"{error}") from None
    except (ODataException, ValueError) as error:
        raise BadQuery(OPTION, f"cannot be understood: {error}") from None
    if tree is None:
        raise BadQuery(OPTION, "is empty.")
    builder = _Builder(literals.values)
    try:
        condition = builder.condition(tree, _Scope(entity))
    except RecursionError:
        raise BadQuery(OPTION, "is nested too deeply.") from None
    return Filter(condition, tuple(builder.parameters))


@dataclass(frozen=True)
class _Scope:
    """Whose fields a name may mean: the entity's own, or, inside `any(x: ...)`, those that begin with `x/`."""

    entity: Entity
    variable: str | None = None

    def field(self, node: Any) -> Field | None:
        if self.variable is None and isinstance(node, ast.Identifier):
            return self.entity.field(node.name, OPTION)
        if isinstance(node, ast.Attribute) and isinstance(node.owner, ast.Identifier):
            if self.variable is not None and node.owner.name.lower() == self.variable:
                return self.entity.field(node.attr, OPTION)
            raise BadQuery(OPTION, f"cannot follow '{node.owner.name}/{node.attr}'.")
        if isinstance(node, ast.Identifier):
            raise BadQuery(OPTION, f"'{node.name}' needs the prefix '{self.variable}/'.")
        return None


class _Builder:
    """Walks a parsed filter once, from left to right, so that literals are met in the order of the text."""

    def __init__(self, literals: tuple[str, ...]) -> None:
        self._literals = literals
        self._met = 0
        self.parameters: list[tuple[str, int, Convert]] = []

    def condition(self, node: Any, scope: _Scope) -> Condition:
        match node:
            case ast.BoolOp():
                operator = type(node.op)
                parts = [self.condition(part, scope) for part in _flattened(node, operator)]
                return sa.and_(*parts) if operator is ast.And else sa.or_(*parts)
            case ast.UnaryOp(op=ast.Not()):
                return sa.not_(self.condition(node.operand, scope))
            case ast.Compare():
                return self._compare(node, scope)
            case ast.CollectionLambda():
                return self._any(node, scope)
            case ast.Call() if node.func.name.lower() in ("contains", "startswith", "endswith"):
                return self._like(node, scope)
            case ast.Boolean():
                return sa.true() if node.py_val else sa.false()
            case _:
                operand = self._operand(node, scope)
                if operand.kind is not Kind.BOOL:
                    raise BadQuery(OPTION, f"'{operand.name}' is not a condition; compare it with something.")
                return operand.column.is_(sa.true())

    def _compare(self, node: ast.Compare, scope: _Scope) -> Condition:
        comparator, left, right = type(node.comparator), node.left, node.right
        if comparator is ast.In:
            operand = self._operand(left, scope)
            values = right.val if isinstance(right, ast.List) else [right]
            return sa.or_(*(self._with_literal(ast.Eq, operand, value) for value in values))
        if _is_literal(left) and not _is_literal(right):
            # The literal comes first in the text, but its type is known only with the field: keep its place.
            place = self._met
            self._met += 0 if isinstance(left, (ast.Null, ast.Boolean)) else 1
            operand = self._operand(right, scope)
            return self._with_literal(_MIRRORED.get(comparator, comparator), operand, left, place=place)
        operand = self._operand(left, scope)
        if _is_literal(right):
            return self._with_literal(comparator, operand, right)
        other = self._operand(right, scope)
        if other.kind is not operand.kind:
            raise BadQuery(OPTION, f"'{operand.name}' is a {operand.kind}, '{other.name}' a {other.kind}.")
        return _COMPARE[comparator](operand.column, other.column)

    def _with_literal(self, comparator: type, operand: _Operand, node: Any, place: int | None = None) -> Condition:
        if comparator not in _COMPARE:
            raise BadQuery(OPTION, f"'{operand.name}' cannot be compared like this.")
        equality = comparator in (ast.Eq, ast.NotEq)
        if not equality and operand.kind not in _ORDERED:
            raise BadQuery(OPTION, f"'{operand.name}' knows only eq, ne and in.")
        if isinstance(node, ast.Null):
            if not equality:
                raise BadQuery(OPTION, f"'{operand.name}' cannot be greater or less than null.")
            return operand.column.is_(None) if comparator is ast.Eq else operand.column.is_not(None)
        if isinstance(node, ast.Boolean):
            if operand.kind is not Kind.BOOL:
                raise _wrong_type(operand)
            wanted = node.py_val is (comparator is ast.Eq)
            return operand.column.is_(sa.true() if wanted else sa.false())
        if isinstance(node, ast.Date) and operand.kind is Kind.TIME:
            return self._whole_day(comparator, operand, self._next(node, operand, place))
        value = self._bound(operand, _converter(operand, node), self._next(node, operand, place))
        compare = _COMPARE[comparator]
        if comparator is ast.NotEq and not operand.nullable:
            return operand.column != value
        return compare(operand.column, value)

    def _whole_day(self, comparator: type, operand: _Operand, at: int) -> Condition:
        """A date without time means the whole day: `gt` is after it, `le` includes it."""
        column = operand.column
        begins = self._bound(operand, lambda text: _midnight(operand, text), at)
        ends = self._bound(operand, lambda text: _midnight(operand, text, days_later=1), at)
        if comparator is ast.Eq:
            return sa.and_(column >= begins, column < ends)
        if comparator is ast.NotEq:
            return sa.or_(column < begins, column >= ends, column.is_(None))
        if comparator in (ast.Lt, ast.GtE):
            return column < begins if comparator is ast.Lt else column >= begins
        return column < ends if comparator is ast.LtE else column >= ends

    def _like(self, node: ast.Call, scope: _Scope) -> Condition:
        name = node.func.name.lower()
        operand = self._operand(node.args[0], scope)
        if operand.kind is not Kind.TEXT or not isinstance(node.args[1], ast.String):
            raise BadQuery(OPTION, f"{name} takes a text field and a text.")
        before, after = name != "startswith", name != "endswith"

        def pattern(literal: str) -> str:
            escaped = re.sub(r"([/%_])", r"/\1", _text(operand, literal))
            return ("%" if before else "") + escaped + ("%" if after else "")

        value = self._bound(operand, pattern, self._next(node.args[1], operand, None))
        return operand.column.like(value, escape="/")

    def _any(self, node: ast.CollectionLambda, scope: _Scope) -> Condition:
        if scope.variable is not None or not isinstance(node.owner, ast.Identifier):
            raise BadQuery(OPTION, "any and all cannot be nested.")
        nav = scope.entity.nav(node.owner.name, OPTION)
        if nav.target is None or nav.here is None or nav.there is None or not nav.many:
            raise BadQuery(OPTION, f"'{nav.name}' cannot be filtered by.")
        target = nav.target()
        joined = nav.there == nav.here
        if nav.only is not None:
            joined = sa.and_(joined, nav.only)
        wanted: Condition = sa.true()
        if node.lambda_ is not None:
            wanted = self.condition(node.lambda_.expression, _Scope(target, node.lambda_.identifier.name.lower()))
        every = isinstance(node.operator, ast.All)
        inner = sa.select(sa.literal(1)).select_from(target.source).where(joined, sa.not_(wanted) if every else wanted)
        found = inner.correlate(scope.entity.source).exists()
        return sa.not_(found) if every else found

    def _operand(self, node: Any, scope: _Scope) -> _Operand:
        if isinstance(node, ast.Call):
            return self._function(node, scope)
        if isinstance(node, (ast.BinOp, ast.UnaryOp)):
            raise BadQuery(OPTION, "arithmetic is not supported.")
        if _is_literal(node):
            raise BadQuery(OPTION, "compares two values; one side must be a field.")
        field = scope.field(node)
        if field is None:
            raise BadQuery(OPTION, "cannot be understood.")
        if field.kind is Kind.LIST or (field.column is not None and field.read is not None):
            raise BadQuery(OPTION, f"'{field.name}' cannot be filtered by.")
        column = field.column
        if column is None:
            column = _constant(field)
        return _Operand(field.name, field.kind, column, field.nullable, field.names)

    def _function(self, node: ast.Call, scope: _Scope) -> _Operand:
        name = node.func.name.lower()
        if name not in _FUNCTIONS:
            raise BadQuery(OPTION, f"the function '{node.func.name}' is not supported.")
        takes, gives, of = _FUNCTIONS[name]
        inner = self._operand(node.args[0], scope)
        if inner.kind is not takes:
            raise BadQuery(OPTION, f"{node.func.name} takes a {takes}; '{inner.name}' is a {inner.kind}.")
        return _Operand(f"{name}({inner.name})", gives, of(inner.column), inner.nullable)

    def _next(self, node: Any, operand: _Operand, place: int | None) -> int:
        at = self._met if place is None else place
        if place is None:
            self._met += 1
        if not isinstance(node, _LITERALS) or at >= len(self._literals):
            raise _wrong_type(operand)
        return at

    def _bound(self, operand: _Operand, convert: Convert, at: int) -> sa.BindParameter[Any]:
        name = f"f{len(self.parameters)}"
        self.parameters.append((name, at, convert))
        return sa.bindparam(name, type_=operand.column.type)


def _flattened(node: ast.BoolOp, operator: type) -> list[Any]:
    """Return `a or b or c ...` as a list, from the left, without recursion: clients send long ones."""
    parts: list[Any] = []
    current: Any = node
    while isinstance(current, ast.BoolOp) and type(current.op) is operator:
        parts.append(current.right)
        current = current.left
    parts.append(current)
    return parts[::-1]


def _is_literal(node: Any) -> bool:
    return isinstance(
        node, (*_LITERALS, ast.Null, ast.Boolean, ast.GUID, ast.Time, ast.Duration, ast.Geography, ast.List)
    )


def _constant(field: Field) -> sa.ColumnElement[Any]:
    types: dict[Kind, Any] = {Kind.INT: sa.Integer, Kind.MONEY: Money, Kind.BOOL: sa.Boolean, Kind.TIME: Utc}
    kind = types.get(field.kind, sa.Text)()
    return sa.cast(sa.null(), kind) if field.constant is None else sa.literal(field.constant, kind)


def _wrong_type(operand: _Operand) -> BadQuery:
    if operand.kind is Kind.ENUM:
        return BadQuery(OPTION, f"'{operand.name}' takes a quoted name: {', '.join(operand.names)}.")
    return BadQuery(OPTION, f"'{operand.name}' takes a {operand.kind}.")


def _converter(operand: _Operand, node: Any) -> Convert:
    """Choose how a literal is read for a field, or refuse its type."""
    read = _READ.get((operand.kind, type(node)))
    if read is None:
        raise _wrong_type(operand)
    return partial(read, operand)


def _whole(operand: _Operand, literal: str) -> int:
    value = Decimal(literal)  # which has no limit of digits
    if abs(value) > INT32:
        raise BadQuery(OPTION, f"'{operand.name}' takes a whole number of 32 bits.")
    return int(value)


def _amount(operand: _Operand, literal: str) -> Decimal:
    try:
        value = Decimal(literal)
        fits = abs(value) <= INT32 and value == value.quantize(Decimal("0.0001"))
    except ArithmeticError:  # its exponent is beyond what can be counted with
        fits = False
    if not fits:
        raise BadQuery(OPTION, f"'{operand.name}' takes an amount with at most four decimals.")
    return value


def _moment(operand: _Operand, literal: str) -> datetime:
    try:
        value = datetime.fromisoformat(literal)
    except ValueError:
        raise BadQuery(OPTION, f"'{operand.name}' takes a time; there is no {literal}.") from None
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:  # in UTC it is a day beyond the calendar
        return LAST if value.year > 1 else FIRST


def _midnight(operand: _Operand, literal: str, *, days_later: int = 0) -> datetime:
    try:
        day = datetime.combine(date.fromisoformat(literal), time(), UTC)
        return day + timedelta(days=days_later)
    except OverflowError:  # after the calendar's last day
        return LAST
    except ValueError:
        raise BadQuery(OPTION, f"'{operand.name}' takes a date; there is no {literal}.") from None


def _text(operand: _Operand, literal: str) -> str:
    value = literal[1:-1].replace("''", "'")
    if "\x00" in value:
        raise BadQuery(OPTION, f"'{operand.name}' takes a text without a null character.")
    return value


def _name(operand: _Operand, literal: str) -> str:
    value = _text(operand, literal)
    if value not in operand.names:
        raise BadQuery(OPTION, f"'{operand.name}' takes one of {', '.join(operand.names)}; not '{value}'.")
    return value


# How a literal of this kind is read for a field of that one.
_READ: Final[dict[tuple[Kind, type], Callable[[_Operand, str], Any]]] = {
    (Kind.INT, ast.Integer): _whole,
    (Kind.MONEY, ast.Integer): _amount,
    (Kind.MONEY, ast.Float): _amount,
    (Kind.TIME, ast.DateTime): _moment,
    (Kind.TEXT, ast.String): _text,
    (Kind.ENUM, ast.String): _name,
}

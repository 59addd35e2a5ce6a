"""Named subqueries with a name each, for dialects into which sqlglot lifts those of inner queries to the top."""

from __future__ import annotations

from sqlglot import exp


def told_apart(tree: exp.Query) -> exp.Query:
    """The statement, changed, with no name given twice.

    A renamed subquery keeps its old name as the alias under which its query reads it.

    >>> from sqlglot import parse_one
    >>> two = "WITH x AS (SELECT 2 AS n), x_2 AS (SELECT 3 AS n) SELECT x.n FROM x, x_2"
    >>> told_apart(parse_one(f"WITH x AS (SELECT 1 AS n) SELECT n FROM ({two})")).find(exp.Subquery).this.sql()
    'WITH x_3 AS (SELECT 2 AS n), x_2 AS (SELECT 3 AS n) SELECT x.n FROM x_3 AS x, x_2'
    """
    taken: set[str] = set()
    inners = sorted(tree.find_all(exp.With), key=lambda found: found.depth)
    given = {named.alias for inner in inners for named in inner.expressions}
    for inner in inners:
        holder = inner.parent
        assert holder is not None, "a WITH belongs to a query"
        for named in inner.expressions:
            old, new, count = named.alias, named.alias, 1
            # a new name that another subquery is given later would be taken for that one
            while new in taken or (new != old and new in given):
                count += 1
                new = f"{old}_{count}"
            taken.add(new)
            if new != old:
                named.set("alias", exp.TableAlias(this=exp.to_identifier(new)))
                _rename(holder, old, new)
    return tree


def _rename(holder: exp.Expr, old: str, new: str) -> None:
    for table in list(holder.find_all(exp.Table)):
        if table.name == old and not table.db and not _is_hidden(table, holder, old):
            if not table.alias:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(old)))
            table.set("this", exp.to_identifier(new))


def _is_hidden(table: exp.Expr, holder: exp.Expr, name: str) -> bool:
    """Whether a query between the two has something of that name itself."""
    node = table.parent
    while node is not None and node is not holder:
        inner = node.args.get("with_")
        if inner is not None and any(each.alias == name for each in inner.expressions):
            return True
        node = node.parent
    return False

"""Named subqueries with a name each, for dialects into which sqlglot lifts those of inner queries to the top."""

from __future__ import annotations

from sqlglot import exp


def told_apart(tree: exp.Query) -> exp.Query:
    """The statement, changed, with no name given twice.

    A renamed subquery keeps its old name as the alias under which its query reads it.
    """
    taken: set[str] = set()
    for inner in sorted(tree.find_all(exp.With), key=lambda found: found.depth):
        holder = inner.parent
        assert holder is not None, "a WITH belongs to a query"
        for named in inner.expressions:
            old, new, count = named.alias, named.alias, 1
            while new in taken:
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

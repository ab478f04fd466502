"""Orders over small directed graphs: strongly connected parts, listed so that what points comes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


def components(nodes: Sequence[str], arrows: Mapping[str, Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    """Strongly connected components in topological order: if a points to b, a's component comes first.

    Tarjan's algorithm (SIAM J. Comput. 1972) without recursion, since chains of references may be longer than Python's stack.
    Components keep the order of `nodes`, so that the same input always gives the same answer.
    """
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    on_stack: set[str] = set()
    stack: list[str] = []
    found: list[tuple[str, ...]] = []
    rank = {node: i for i, node in enumerate(nodes)}
    for start in nodes:
        if start in index:
            continue
        work = [(start, iter(sorted(set(arrows.get(start, ())) & rank.keys(), key=rank.__getitem__)))]
        index[start] = low[start] = len(index)
        stack.append(start)
        on_stack.add(start)
        while work:
            node, following = work[-1]
            for target in following:
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    on_stack.add(target)
                    work.append(
                        (
                            target,
                            iter(sorted(set(arrows.get(target, ())) & rank.keys(), key=rank.__getitem__)),
                        )
                    )
                    break
                if target in on_stack:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    part: list[str] = []
                    while True:
                        member = stack.pop()
                        on_stack.discard(member)
                        part.append(member)
                        if member == node:
                            break
                    found.append(tuple(sorted(part, key=rank.__getitem__)))
    return tuple(reversed(found))

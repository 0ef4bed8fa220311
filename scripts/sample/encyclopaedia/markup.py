"""An article as wikitext: links, templates, infobox, tables, references and what else pages carry."""

from string import Template

from scripts.common.data import data_yaml
from scripts.sample.encyclopaedia.article import Article, Section
from scripts.sample.tellings.phrase import replace_spans
from scripts.sample.tellings.subject import to
from scripts.sample.world.blocks import Key
from scripts.sample.world.draw import Draw
from scripts.sample.world.notation import wordings
from scripts.sample.world.world import World

DATA = data_yaml(__file__, "markup.yaml")
INFOBOXES, CATEGORIES = DATA["infoboxes"], DATA["categories"]
AUTHORS, STUDIES = wordings(DATA["authors"]), wordings(DATA["studies"])
FORMULAS = [line.split(" / ") for line in wordings(DATA["formulas"])]
PIECES = {name: Template(text) for name, text in DATA["pieces"].items()}
THEORISTS = ("mathematician", "physicist", "astronomer", "engineer")


class Page:
    """One page's markup: it links a thing once, and names a reference once."""

    def __init__(self, world: World, article: Article):
        self.world = world
        self.about = article.subject
        self.facts, self.kind = self.about.facts, self.about.key.kind
        self.sections = article.sections
        self.draw = Draw(world.seed, "markup", *article.subject.key)
        self.linked: set[str] = set()
        self.reference = ""
        noun, category = self.about.noun, CATEGORIES[self.kind]
        self.values = {
            **self.facts,
            "noun": noun,
            "Noun": noun.capitalize(),
            "short_noun": noun.split()[-1],
            "province": world.name(self.about.key._replace(kind="province", number=0)),
            "category": category,
            "list": category.lower(),
            "file": f"{self.facts['title'].replace(' ', '_').replace(',', '')}.jpg",
        }

    def piece(self, name: str, **values: object) -> str:
        """A piece of markup, filled with these values and the page's own."""
        return PIECES[name].substitute(self.values, **values)

    def text(self) -> str:
        """The page's source, as an editor would see it."""
        lines = ["description", *(name for name in ("about", "dates") if self.draw.chance(0.3))]
        top = "\n".join(map(self.piece, lines))
        parts = [top, self.infobox(), self.picture(), self.lead(self.sections[0])]
        for number, section in enumerate(self.sections[1:]):
            text = self.paragraphs(section)
            parts.append(self.piece("section", heading=section.heading, text=text))
            if number == 1:
                parts.append(self.extras())
        parts.append(self.bottom())
        return "\n\n".join(part for part in parts if part)

    def infobox(self) -> str:
        box, labels = INFOBOXES[self.kind].values()
        rows = [
            f"| {label:<16} = {self.render(self.about.slots[slot], link_again=True)}"
            for slot, label in labels.items()
            if slot in self.about.slots
        ]
        if self.draw.chance(0.5):
            rows.append(self.piece("image"))
        return self.piece("infobox", box=box, rows="\n".join(rows))

    def picture(self) -> str:
        if self.draw.chance(0.4):
            return ""
        size = self.draw.pick(["220px", "upright=1.2", "left|180px"])
        return self.piece("picture", size=size, year=self.draw.between(1860, 1960))

    def lead(self, section: Section) -> str:
        """The first paragraph, with the subject's name in bold and a bracket of dates or old names."""
        text = self.paragraphs(section)
        name = self.about.name.removeprefix("the ")
        name = name if name in text else name[0].upper() + name[1:]
        return text.replace(name, f"'''{name}'''{self.bracket()}", 1)

    def bracket(self) -> str:
        """What stands behind the name in the lead."""
        if self.kind == "person":
            return self.piece("lifetime" if self.facts["died"] else "birth")
        if self.kind == "species":
            return self.piece("latin")
        if self.kind in ("town", "province") and self.draw.chance(0.5):
            return self.piece("sound", sound=self.about.name[:3].lower())
        return ""

    def paragraphs(self, section: Section) -> str:
        parts = (" ".join(map(self.sentence, paragraph)) for paragraph in section.paragraphs)
        return "\n\n".join(parts)

    def sentence(self, text: str) -> str:
        """One sentence with its markup, now and then a reference, a comment or an entity."""
        text = self.render(text)
        choice = self.draw.random()
        if choice < 0.12:
            return text + self.cite()
        if choice < 0.14:
            return text + "<!-- checked against the printed edition -->"
        if choice < 0.16:
            return text + "{{citation needed|date=May 2022}}"
        if choice < 0.20:
            return text.replace(" years", "&nbsp;years").replace(" kilometres", "&nbsp;kilometres")
        return text

    def cite(self) -> str:
        """A reference: most in full, some by name."""
        if self.reference and self.draw.chance(0.4):
            return f'<ref name="{self.reference}" />'
        last, first = self.draw.pick(AUTHORS).split(", ")
        book = self.draw.pick(STUDIES).format(self.about.name.removeprefix("the "))
        year, page = self.draw.between(1950, 2020), self.draw.between(3, 400)
        call = self.piece("book", last=last, first=first, book=book, year=year, page=page)
        if self.reference:
            return f"<ref>{call}</ref>"
        self.reference = f"{last}{year}"
        return f'<ref name="{self.reference}">{call}</ref>'

    def render(self, text: str, link_again: bool = False) -> str:
        """Spans as markup; a thing is linked where it is first named."""

        def markup(kind: str, target: str, reading: str) -> str:
            if kind == "T":
                return f"{{{{{target}}}}}"
            if kind == "I":
                return f"''{reading}''"
            if target in self.linked and not link_again:
                return f"''{reading}''" if kind == "J" else reading
            if not link_again:
                self.linked.add(target)
            anchor = f"[[{target}]]" if target == reading else f"[[{target}|{reading}]]"
            return f"''{anchor}''" if kind == "J" else anchor

        return replace_spans(text, markup)

    def rows(self, piece: str, things: list[Key]) -> str:
        rows = []
        for key in things:
            link = self.render(to(self.world, key), link_again=True)
            rows.append(PIECES[piece].substitute(self.world.facts(key), link=link))
        return "\n".join(rows)

    def extras(self) -> str:
        facts, kind = self.facts, self.kind
        if kind == "town":
            natives = facts["natives"]
            found = self.piece("natives", rows=self.rows("native", natives)) if natives else ""
            return self.census() + found
        if kind == "person" and facts["works"]:
            return self.piece("works", rows=self.rows("work", facts["works"]))
        if facts.get("trade") in THEORISTS:
            formula, meaning = self.draw.pick(FORMULAS)
            return self.piece("law", formula=formula, meaning=meaning)
        if self.about.noun == "football club":
            return self.seasons()
        if kind == "province":
            towns = [self.about.key._replace(kind="town", number=number) for number in range(8)]
            return self.piece("towns", rows=self.rows("town", towns))
        if kind == "dish":
            return "; Ingredients\n" + "\n".join(f": {part}" for part in facts["ingredients"])
        simple = {"event": "gallery", "building": "quote"}
        return self.piece(simple[kind]) if kind in simple else ""

    def census(self) -> str:
        before, now = self.facts["before"], self.facts["population"]
        counts = enumerate(f"{before + (now - before) * step // 4:,}" for step in range(5))
        rows = [self.piece("count", year=1900 + 25 * at, count=count) for at, count in counts]
        return self.piece("census", rows="\n".join(rows))

    def seasons(self) -> str:
        between = self.draw.between
        rows = [
            self.piece("season", start=at, end=at + 1, place=between(1, 18), points=between(12, 70))
            for at in range(50, 56)
        ]
        return self.piece("seasons", rows="\n".join(rows))

    def bottom(self) -> str:
        parts = [self.piece("see_also"), self.piece("references")]
        if self.draw.chance(0.3):
            parts.append(self.piece("external_links", number=self.draw.between(1, 9999)))
        sort = self.piece("sort") if self.kind == "person" else ""
        parts += [self.piece("topics"), sort + self.piece("categories")]
        if self.draw.chance(0.1):
            parts.append(self.piece("stub"))
        return "\n\n".join(parts)

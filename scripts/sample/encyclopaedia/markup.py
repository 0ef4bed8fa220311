"""An article as wikitext: links, templates, infobox, tables, references and what else pages carry."""

from scripts.common.data import data_yaml
from scripts.sample.encyclopaedia.article import Article, Section
from scripts.sample.tellings.phrase import plain, replace_spans
from scripts.sample.tellings.subject import to
from scripts.sample.world.draw import Draw
from scripts.sample.world.notation import wordings
from scripts.sample.world.world import World

DATA = data_yaml(__file__, "markup.yaml")
INFOBOXES, CATEGORIES = DATA["infoboxes"], DATA["categories"]
AUTHORS, STUDIES = wordings(DATA["authors"]), wordings(DATA["studies"])
FORMULAS = [line.split(" / ") for line in wordings(DATA["formulas"])]


def wikitext(world: World, article: Article) -> str:
    """The page's source, as an editor would see it."""
    return Page(world, article).text()


class Page:
    """One page's markup: it links a thing once, and names a reference once."""

    def __init__(self, world: World, article: Article):
        self.world = world
        self.about = article.subject
        self.sections = article.sections
        self.draw = Draw(world.seed, "markup", *article.subject.key)
        self.linked: set[str] = set()
        self.reference = ""

    def text(self) -> str:
        title, kind = self.about.facts["title"], self.about.key.kind
        province = self.world.name(self.about.key._replace(kind="province", number=0))
        parts = [self.top(province), self.infobox(), self.picture(province)]
        parts += [self.lead(self.sections[0])]
        for number, section in enumerate(self.sections[1:]):
            parts.append(f"== {section.heading} ==\n{self.paragraphs(section)}")
            if number == 1:
                parts.append(self.extras())
        parts.append(self.bottom(title, kind, province))
        return "\n\n".join(part for part in parts if part)

    def top(self, province: str) -> str:
        """What stands above the text and is not part of it."""
        noun = self.about.noun.capitalize()
        lines = [f"{{{{Short description|{noun} in {province}}}}}"]
        if self.draw.chance(0.3):
            lines.append(
                f"{{{{About|the {self.about.noun}|other uses|{self.about.facts['title']} (disambiguation)}}}}"
            )
        if self.draw.chance(0.3):
            lines.append("{{Use dmy dates|date=March 2021}}")
        return "\n".join(lines)

    def infobox(self) -> str:
        name, rows = INFOBOXES[self.about.key.kind].values()
        lines = [f"{{{{Infobox {name}", f"| name = {plain(self.about.name)}"]
        for slot, label in rows.items():
            if slot in self.about.slots:
                lines.append(
                    f"| {label:<16} = {self.render(self.about.slots[slot], link_again=True)}"
                )
        if self.draw.chance(0.5):
            lines.append(
                "| image = "
                + self.file_name()
                + "\n| caption = <!-- a better picture is wanted -->"
            )
        return "\n".join([*lines, "}}"])

    def file_name(self) -> str:
        return f"{self.about.facts['title'].replace(' ', '_').replace(',', '')}.jpg"

    def picture(self, province: str) -> str:
        if self.draw.chance(0.4):
            return ""
        size = self.draw.pick(["220px", "upright=1.2", "left|180px"])
        return f"[[File:{self.file_name()}|thumb|{size}|View of [[{province}]] from ''The Atlas'', {self.draw.between(1860, 1960)}]]"

    def lead(self, section: Section) -> str:
        """The first paragraph, with the subject's name in bold and a bracket of dates or old names."""
        text = self.paragraphs(section)
        name = plain(self.about.name).removeprefix("the ")
        name = name if name in text else name[0].upper() + name[1:]
        return text.replace(name, f"'''{name}'''{self.bracket()}", 1)

    def bracket(self) -> str:
        facts, kind = self.about.facts, self.about.key.kind
        if kind == "person":
            died = f" {{{{spaced ndash}}}} {facts['died']}" if facts["died"] else ""
            return (
                f" ({facts['month']} {facts['born']}{died})" if died else f" (born {facts['born']})"
            )
        if kind == "species":
            return f" ({{{{lang|la|''{facts['latin']}''}}}})"
        if kind in ("town", "province") and self.draw.chance(0.5):
            return f" ({{{{IPAc-en|{plain(self.about.name)[:3].lower()}|ə}}}}; {{{{lang|vx|{plain(self.about.name)}u}}}})"
        return ""

    def paragraphs(self, section: Section) -> str:
        return "\n\n".join(
            " ".join(self.sentence(sentence) for sentence in paragraph)
            for paragraph in section.paragraphs
        )

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
        title = self.draw.pick(STUDIES).format(plain(self.about.name).removeprefix("the "))
        year = self.draw.between(1950, 2020)
        call = (
            f"{{{{cite book|last={last}|first={first}|title={title}|year={year}"
            f"|publisher=Harbour &amp; Sons|page={self.draw.between(3, 400)}}}}}"
        )
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

    def extras(self) -> str:
        """A table, a list or a formula, by what the page is about."""
        facts, kind = self.about.facts, self.about.key.kind
        if kind == "town":
            return self.census(facts) + self.people_list(facts["natives"])
        if kind == "person" and facts["works"]:
            rows = [
                f"* {self.render(to(self.world, work), True)} ({self.world.facts(work)['year']})"
                for work in facts["works"]
            ]
            return "=== Works ===\n" + "\n".join(rows)
        if facts.get("trade") in ("mathematician", "physicist", "astronomer", "engineer"):
            formula, meaning = self.draw.pick(FORMULAS)
            name = facts["surname"]
            return f"'''{name}'s law''' describes {meaning}:\n\n:<math>{formula}</math>\n\nHere <math>x</math> is measured in {{{{abbr|m|metres}}}}."
        if kind == "organisation" and facts["kind"] == "football club":
            return self.seasons()
        if kind == "province":
            towns = [self.about.key._replace(kind="town", number=number) for number in range(8)]
            return "=== Towns ===\n" + "\n".join(
                f"# {self.render(to(self.world, town), True)}" for town in towns
            )
        if kind == "dish":
            return "; Ingredients\n" + "\n".join(f": {part}" for part in facts["ingredients"])
        if kind == "event":
            return f"<gallery>\nFile:{self.file_name()}|The scene in {facts['year']}\nFile:Plan.png|Plan of the town\n</gallery>"
        if kind == "building":
            return "{{quote|I came, I saw, and I missed the last train.|a guest, {{circa|1900}}}}"
        return ""

    def census(self, facts) -> str:
        """Population by year, as a table between the two known counts."""
        before, now = facts["before"], facts["population"]
        rows = [
            f"|-\n| {1900 + step * 25} || {before + (now - before) * step // 4:,}"
            for step in range(5)
        ]
        return (
            '{| class="wikitable sortable"\n|+ Population\n! Year !! Inhabitants\n'
            + "\n".join(rows)
            + "\n|}"
        )

    def people_list(self, people) -> str:
        if not people:
            return ""
        rows = []
        for person in people:
            facts = self.world.facts(person)
            rows.append(
                f"* {self.render(to(self.world, person), True)} (born {facts['born']}), {facts['trade']}"
            )
        return "\n\n=== Natives ===\n" + "\n".join(rows)

    def seasons(self) -> str:
        rows = [
            f"|-\n| {{{{nowrap|19{50 + step}\u2013{51 + step}}}}} || align=right | {self.draw.between(1, 18)} || {self.draw.between(12, 70)}"
            for step in range(6)
        ]
        return (
            '{| class="wikitable" style="text-align:center"\n! Season !! Place !! Points\n'
            + "\n".join(rows)
            + "\n|}"
        )

    def bottom(self, title: str, kind: str, province: str) -> str:
        """See also, references, links and categories."""
        lines = [f"== See also ==\n* [[{province}]]\n* [[List of {CATEGORIES[kind].lower()}]]"]
        lines.append("== References ==\n{{reflist}}")
        if self.draw.chance(0.3):
            lines.append(
                f"== External links ==\n* [https://example.org/{self.draw.between(1, 9999)} Page on {title}]"
            )
        lines.append(f"{{{{{province} topics}}}}")
        sort = ""
        if kind == "person":
            sort = (
                f"{{{{DEFAULTSORT:{self.about.facts['surname']}, {self.about.facts['first']}}}}}\n"
            )
        tags = f"[[Category:{CATEGORIES[kind]} of {province}]]\n[[Category:All articles]]"
        if self.draw.chance(0.1):
            tags += f"\n\n{{{{{self.about.noun.split()[-1]}-stub}}}}"
        return "\n\n".join([*lines, sort + tags])

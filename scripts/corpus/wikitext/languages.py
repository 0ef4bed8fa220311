# ruff: noqa: RUF001
"""What differs between the Wikipedias: names of sections, of templates, and of redirects.

All names are lower-case, with spaces for underscores.
"""

import re


def names(text: str) -> frozenset[str]:
    """A table of names, divided by bars and line ends."""
    return frozenset(name.strip() for name in text.replace("\n", "|").split("|")) - {""}


# Sections that hold references, links or pictures instead of prose, with all that is below them.
SECTIONS = names(
    """
    references|reference|notes|note|footnotes|footnote|endnotes|citations|cited references
    notes and references|references and notes|notes and citations|citations and notes
    notes, citations and references|references and footnotes|footnotes and references
    explanatory notes|general references|general and cited references|inline citations
    specific references|reference notes|cited sources|cited works|works cited|literature cited
    sources|primary sources|secondary sources|sources and references|references and sources
    notes and sources|sources and further reading|bibliography and references
    references and bibliography|references and further reading|references and external links
    bibliography|selected bibliography|select bibliography|literature|further reading
    additional reading|recommended reading|suggested reading|reading list|see also|related pages
    other websites|related articles|external links|external link|external links and references
    external links and further reading|external resources|external sources|weblinks|links|gallery
    image gallery|photo gallery|picture gallery|picture galleries|galleries|images
    further information|navigation
    einzelnachweise|einzelnachweise und anmerkungen|anmerkungen|anmerkungen und einzelnachweise
    fußnoten|quellen|literatur|siehe auch|belege|weblinks und quellen|galerie|bilder
    literatur und quellen|quellen und literatur
    références|références et notes|notes et références|notes|sources|voir aussi|articles connexes
    liens externes|lien externe|bibliographie|annexes|liens internes|galerie|pour approfondir
    referencias|notas|notas y referencias|referencias y notas|véase también|enlaces externos
    bibliografía|fuentes|galería|lecturas adicionales|galería de imágenes
    note|riferimenti|voci correlate|altri progetti|collegamenti esterni|bibliografia|galleria
    galleria d'immagini|note e riferimenti|fonti
    referências|notas e referências|notas|ver também|ligações externas|bibliografia|galeria
    leitura adicional|fontes|links externos
    referenties|bronnen|bronnen, noten en/of referenties|noten|voetnoten|zie ook|externe links
    externe link|literatuur|galerij|externe koppelingen
    przypisy|zobacz też|linki zewnętrzne|bibliografia|uwagi|galeria|źródła
    примечания|ссылки|литература|см. также|источники|галерея|комментарии|сноски
    примітки|посилання|література|див. також|джерела|галерея
    referenser|källor|noter|se även|externa länkar|litteratur|vidare läsning|fotnoter|källförteckning
    referanser|se også|eksterne lenker|litteratur|kilder|fotnoter|henvisninger|eksterne henvisninger
    lähteet|viitteet|katso myös|aiheesta muualla|kirjallisuutta
    reference|externí odkazy|související články|literatura|poznámky|zdroje|galerie
    referencie|externé odkazy|pozri aj|iné projekty|literatúra|zdroje|poznámky
    jegyzetek|források|további információk|lásd még|irodalom|hivatkozások
    referințe|note|vezi și|legături externe|bibliografie|lectură suplimentară
    referències|vegeu també|enllaços externs|bibliografia|notes|notes i referències
    kaynakça|kaynaklar|notlar|ayrıca bakınız|dış bağlantılar|konuyla ilgili yayınlar
    παραπομπές|σημειώσεις|πηγές|δείτε επίσης|εξωτερικοί σύνδεσμοι|βιβλιογραφία
    бележки|източници|вижте също|външни препратки|литература
    референце|извори|види још|спољашње везе|литература|напомене
    izvori|vidi još|vanjske poveznice|vidi također|vanjske veze
    脚注|注釈|出典|参考文献|関連項目|外部リンク|関連文献|注釈・出典|注|ギャラリー
    参考资料|參考資料|参考文献|參考文獻|注释|註釋|腳註|外部链接|外部連結|参见|參見|相关条目|參考
    각주|같이 보기|외부 링크|참고 문헌|주석|참고 자료
    المراجع|مراجع|مصادر|المصادر|انظر أيضا|انظر أيضًا|وصلات خارجية|روابط خارجية|هوامش|ملاحظات
    منابع|پانویس|جستارهای وابسته|پیوند به بیرون|یادداشت‌ها|نگارخانه
    הערות שוליים|ראו גם|קישורים חיצוניים|לקריאה נוספת|גלריה|ביאורים
    सन्दर्भ|संदर्भ|इन्हें भी देखें|बाहरी कड़ियाँ|टिप्पणी
    referensi|lihat pula|pranala luar|catatan kaki|catatan|bacaan lanjutan|daftar pustaka
    tham khảo|chú thích|xem thêm|liên kết ngoài|ghi chú|thư mục
    อ้างอิง|ดูเพิ่ม|แหล่งข้อมูลอื่น|เชิงอรรถ
    erreferentziak|ikus, gainera|kanpo estekak|referencoj|vidu ankaŭ|eksteraj ligiloj
    viited|vaata ka|välislingid|kirjandus|atsauces|skatīt arī|ārējās saites
    išnašos|šaltiniai|nuorodos|taip pat skaitykite|opombe|glej tudi|zunanje povezave|viri
    """
)

# Templates that make a page a list of meanings.
DISAMBIGUATIONS = names(
    """
    disambiguation|disambig|disamb|dab|disambiguation page|disam|dbig|hndis|hndisambig|geodis
    numberdis|number disambiguation|human name disambiguation|place name disambiguation
    airport disambiguation|airport disambig|biology disambiguation|species latin name disambiguation
    species latin name abbreviation disambiguation|callsigndis|call sign disambiguation
    call sign disambig|caselaw disambiguation|chinese title disambiguation|church disambiguation
    disambiguation cleanup|disambig cleanup|dab cleanup|genus disambiguation|hospital disambiguation
    letter disambiguation|letter-number combination disambiguation|letternumbercombdisambig
    letter–number combination disambiguation|mathdab|mathematical disambiguation|mil-unit-dis
    military unit disambiguation|music disambiguation|opus number disambiguation
    phonetics disambiguation|political party disambiguation|portal disambiguation|road disambiguation
    roaddis|royalty and nobility disambiguation|schooldis|school disambiguation|shipindex
    station disambiguation|stationdis|synagogue disambiguation|taxonomic authority disambiguation
    taxonomy disambiguation|template disambiguation|title and name disambiguation|wp disambig
    wikipedia disambiguation|geodab|hospitaldis|wpdisambig
    begriffsklärung|bks|homonymie|paronymie|patronymie|toponymie|titres homonymes
    personnes homonymes|homonymie de personnes|internationalisation|unités homonymes
    desambiguación|des|disambigua|desambiguação|desambig|desambiguació|dp|doorverwijspagina
    dpintro|ujednoznacznienie|disambigr|неоднозначность|многозначность|disambign
    багатозначність|неоднозначність|förgrening|gren|grensida|namnförgrening|förgreningssida|peker
    pekerside|flertydig|täsmennyssivu|rozcestník|rozlišovacia stránka|egyért|egyértelműsítő lap
    dezambiguizare|anlam ayrımı|anlam ayrım|αποσαφήνιση|пояснение|пояснителна страница
    вишезначна одредница|višeznačna odrednica|razdvojba|razločitev|täpsustuslehekülg
    nuorodinis straipsnis|nozīmju atdalīšana|apartigilo|argipen|aimai|曖昧さ回避|人名の曖昧さ回避
    地名の曖昧さ回避|同名の作品|消歧义|消歧義|消歧义页|동음이의|동음이의어 문서|توضيح|صفحة توضيح|ابهام‌زدایی
    ابهام زدایی|פירושונים|बहुविकल्पी शब्द|disambiguasi|định hướng|trang định hướng|แก้กำกวม
    """
)

DISAMBIGUATION_TITLE = re.compile(
    r"\((?:disambiguation|begriffsklärung|homonymie|desambiguación|disambigua|desambiguação"
    r"|desambiguació|doorverwijspagina|ujednoznacznienie|значения|значення|förgreningssida"
    r"|olika betydelser|flertydig|andre betydninger|täsmennyssivu|rozcestník|rozlišovacia stránka"
    r"|egyértelműsítő lap|dezambiguizare|anlam ayrımı|αποσαφήνιση|пояснение|вишезначна одредница"
    r"|apartigilo|argipena|曖昧さ回避|消歧义|消歧義|동음이의|توضيح|ابهام‌زدایی|פירושונים|बहुविकल्पी"
    r"|disambiguasi|định hướng|แก้ความกำกวม)\)$",
    re.IGNORECASE,
)
TEMPLATE_NAME = re.compile(r"\{\{\s*([^{}|<>\[\]\n]+?)\s*(?:\||\}\}|\n)")

# A redirect begins with the hash and its word, in any language: "# [[x]]" would be a list.
REDIRECT = re.compile(r"\s*#\s?[^\W\d_]+[ \t]*:?[ \t]*\[\[")

# Namespaces by which every wiki calls its files and categories, besides its own names.
FILE_NAMES = frozenset(["file", "image", "media", "category"])
# Prefixes of sister projects, whose links are words of the sentence.
PROJECTS = names(
    """
    w|wikipedia|wikt|wiktionary|s|wikisource|q|wikiquote|b|wikibooks|n|wikinews|v|wikiversity
    voy|wikivoyage|species|wikispecies|d|wikidata|m|meta|c|commons
    """
)
INTERWIKI = re.compile(r"[a-z]{2,3}(?:-[a-z]+)*|simple|tokipona")


def section_is_dropped(title: str) -> bool:
    """Whether a section of this title holds no prose."""
    return title.strip(" :.'").lower() in SECTIONS


def is_disambiguation(title: str, wikitext: str) -> bool:
    """Whether a page lists the meanings of its title."""
    if DISAMBIGUATION_TITLE.search(title) or "__DISAMBIG__" in wikitext:
        return True
    return any(
        name.replace("_", " ").lower() in DISAMBIGUATIONS
        for name in TEMPLATE_NAME.findall(wikitext)
    )

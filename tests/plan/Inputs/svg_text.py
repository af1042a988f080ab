"""svg_text.py FILE: the texts of a picture in their order, and how wide its boxes and bars are."""
import sys
import xml.etree.ElementTree

for each in xml.etree.ElementTree.parse(sys.argv[1]).iter():
    kind = each.get("class")
    if each.tag.endswith("}text"):
        print(each.text)
    elif kind in ("box", "bar"):
        print(kind, each.get("width"))

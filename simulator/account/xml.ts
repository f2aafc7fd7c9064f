/** A value of an AWS query answer: lists become `<item>` or `<member>` elements, `undefined` is left out. */
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue };

/** Renders `<name>value</name>`; `listItem` is `item` for EC2 and `member` for the other query services. */
export function renderXml(name: string, value: XmlValue, listItem: 'item' | 'member'): string {
  if (value === undefined) return '';
  if (isList(value)) return element(name, value.map((item) => renderXml(listItem, item, listItem)).join(''));
  if (typeof value === 'object') {
    return element(
      name,
      Object.entries(value)
        .map(([child, inner]) => renderXml(child, inner, listItem))
        .join(''),
    );
  }
  return element(name, escapeText(String(value)));
}

function isList(value: XmlValue): value is readonly XmlValue[] {
  return Array.isArray(value);
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

// PostgreSQL's array text, both ways: {1,NULL,"a \"quoted\" one",{nested}}. Only a bare NULL is null; "NULL" in quotes is text.

export function parseArray(text: string, parseElement: (text: string) => unknown): unknown[] {
  // A lower bound other than one is written in front: [0:1]={1,2}
  const start = text.startsWith('[') ? text.indexOf('=') + 1 : 0
  let position = start + 1
  return parseLevel()

  function parseLevel(): unknown[] {
    const elements: unknown[] = []
    while (position < text.length) {
      const character = text[position]
      if (character === '}') break
      if (character === ',') position++
      else elements.push(parseNext(character))
    }
    position++
    return elements
  }

  function parseNext(character: string | undefined): unknown {
    if (character === '{') {
      position++
      return parseLevel()
    }
    return character === '"' ? parseElement(quoted()) : bare()
  }

  function quoted(): string {
    let value = ''
    let from = ++position
    while (text[position] !== '"') {
      if (text[position] === '\\') {
        value += text.slice(from, position)
        from = ++position
      }
      position++
    }
    return value + text.slice(from, position++)
  }

  function bare(): unknown {
    const from = position
    while (text[position] !== ',' && text[position] !== '}') position++
    const value = text.slice(from, position)
    return value === 'NULL' ? null : parseElement(value)
  }
}

export function arrayLiteral(
  elements: readonly unknown[],
  encodeElement: (element: unknown) => string | Uint8Array | null,
): string {
  let text = '{'
  for (let index = 0; index < elements.length; index++) {
    if (index > 0) text += ','
    const element = elements[index]
    if (typeof element === 'number') text += element
    else if (Array.isArray(element)) text += arrayLiteral(element, encodeElement)
    else text += elementLiteral(encodeElement(element))
  }
  return `${text}}`
}

function elementLiteral(value: string | Uint8Array | null): string {
  if (value === null) return 'NULL'
  if (typeof value !== 'string')
    return `"\\\\x${Buffer.from(value.buffer, value.byteOffset, value.length).toString('hex')}"`
  return `"${/["\\]/.test(value) ? value.replaceAll(/["\\]/g, String.raw`\$&`) : value}"`
}

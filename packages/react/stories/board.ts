import { sceneNames } from './scenes.ts'

const form = document.querySelector('form')!
const frame = document.querySelector('iframe')!
const states = form.querySelector<HTMLSelectElement>('[name=story]')!
states.append(...sceneNames.map((name) => new Option(name, name)))

// The address keeps what was chosen: it can be handed on, and loading again changes nothing.
for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
  const field = form.elements.namedItem(name)
  if (field instanceof HTMLInputElement) field.checked = true
  if (field instanceof HTMLSelectElement) field.value = value
}

const show = (): void => {
  // The form holds texts only.
  const chosen = new URLSearchParams([...new FormData(form)] as [string, string][])
  history.replaceState(null, '', `#${chosen.toString()}`)
  frame.width = chosen.get('width') ?? ''
  frame.src = `/?${chosen.toString()}`
  form.querySelector('a')!.href = frame.src
}
form.addEventListener('input', show)
show()

import { Frame, Sheet } from '../parts/frame.tsx'
import { words } from '../texts.ts'

export const HelpPage = ({ topic }: { readonly topic: keyof typeof words.help }) => {
  const { title, text } = words.help[topic]
  return (
    <Frame>
      <Sheet back title={title}>
        {text.map((paragraph) => (
          <p key={paragraph}>{paragraph}</p>
        ))}
      </Sheet>
    </Frame>
  )
}

export const NotFound = () => (
  <Frame>
    <Sheet back title={words.notFound.title} lead={words.notFound.lead} />
  </Frame>
)

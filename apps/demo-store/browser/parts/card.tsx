import { useId, type ReactNode } from 'react'

type Props = {
  readonly title: string
  /** Beside the title. */
  readonly aside?: ReactNode
  readonly anchor?: string
  readonly children: ReactNode
}

/** One subject of a page. */
export const Card = ({ title, aside, anchor, children }: Props) => {
  const id = useId()
  return (
    <section className="card" id={anchor} aria-labelledby={id}>
      <div className="spread">
        <h2 id={id}>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  )
}

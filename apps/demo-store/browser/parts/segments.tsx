type Segment<Value> = {
  readonly value: Value
  readonly text: string
  /** When the text is not the whole name. */
  readonly label?: string
  /** When it is in another language than the page. */
  readonly lang?: string
}

type Props<Value> = {
  readonly label: string
  readonly chosen: Value
  readonly segments: readonly Segment<Value>[]
  readonly onChoose: (value: Value) => void
}

/** A few choices side by side, one of them taken; each holds at once. */
export const Segments = <Value extends string | number>({
  label,
  chosen,
  segments,
  onChoose,
}: Props<Value>) => (
  <div className="segments" role="group" aria-label={label}>
    {segments.map((segment) => (
      <button
        key={segment.value}
        type="button"
        lang={segment.lang}
        aria-label={segment.label}
        aria-pressed={segment.value === chosen}
        onClick={() => onChoose(segment.value)}
      >
        {segment.text}
      </button>
    ))}
  </div>
)

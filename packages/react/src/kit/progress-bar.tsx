type Props = { readonly percent: number }

/**
 * How full the bar is stands in an attribute: a style attribute would need a policy that allows it, and a script would
 * come after the first paint.
 */
export const ProgressBar = ({ percent }: Props) => (
  <svg className="bw-bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
    <rect className="bw-bar-fill" width={percent} height="1" />
  </svg>
)

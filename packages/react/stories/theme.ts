const mediaRules = (rules: CSSRuleList): CSSMediaRule[] =>
  [...rules].flatMap((rule) => {
    if (rule instanceof CSSMediaRule) return [rule]
    return rule instanceof CSSLayerBlockRule ? mediaRules(rule.cssRules) : []
  })

/** The page as on a system of this theme, whatever the system is. */
export const asOnSystem = (theme: string): void => {
  for (const { media } of [...document.styleSheets].flatMap((sheet) => mediaRules(sheet.cssRules)))
    if (media.mediaText.includes('prefers-color-scheme'))
      media.mediaText = theme === 'dark' ? 'all' : 'not all'
}

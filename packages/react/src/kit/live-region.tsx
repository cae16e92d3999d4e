'use client'
import { useEffect, useRef, useState } from 'react'
import type { Kit } from './kit.ts'
import { news } from './news.ts'

/** What happens within this time is said at once, in one go. */
const mergeMs = 500

/** The one place that screen readers listen to: what a person did, what happened elsewhere, what was refused. */
export const LiveRegion = ({ kit }: { readonly kit: Kit }) => {
  const { client, locale, dir, hearers } = kit
  const [text, setText] = useState('')
  const latest = useRef(kit)
  useEffect(() => {
    latest.current = kit
  })

  useEffect(() => {
    let told = client.getSnapshot()
    let { refused } = told
    const texts = new Set<string>()
    let timer: ReturnType<typeof setTimeout> | undefined
    const soon = (): void => {
      timer ??= setTimeout(tell, mergeMs)
    }
    const hear = (one: string): void => {
      texts.add(one)
      soon()
    }
    const tell = (): void => {
      timer = undefined
      const now = client.getSnapshot()
      // What is on its way may still be refused.
      if (now.pending.length > 0) return soon()
      const all = [...news(told.onboarding, now.onboarding, latest.current.words), ...texts].join(' ')
      told = now
      texts.clear()
      // The same text once more would not be read: a space that nobody hears makes it another one.
      if (all !== '') setText((before) => (before === all ? `${all}\u00A0` : all))
    }
    const look = (): void => {
      const state = client.getSnapshot()
      if (state.refused !== refused && state.refused !== undefined)
        hear(state.refused.code === 'unreached' ? latest.current.words('error') : state.refused.message)
      refused = state.refused
      soon()
    }
    const leave = client.subscribe(look)
    hearers.add(hear)
    return () => {
      clearTimeout(timer)
      leave()
      hearers.delete(hear)
    }
  }, [client, hearers])

  return (
    <div className="bw-unseen" role="status" lang={locale} dir={dir}>
      {text}
    </div>
  )
}

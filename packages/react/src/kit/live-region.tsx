'use client'
import { useEffect, useState } from 'react'
import type { Kit } from './kit.ts'
import { whenLoaded } from './use-later.ts'

/** The one place that screen readers listen to. It is there from the beginning; what it says comes later. */
export const LiveRegion = ({ kit }: { readonly kit: Kit }) => {
  const { client, said, locale, dir } = kit
  const [text, setText] = useState('')
  useEffect(() => {
    said.told = client.getSnapshot()
  }, [client, said])
  useEffect(() => whenLoaded(({ follow }) => follow(kit, setText)), [kit])

  return (
    <div className="bw-unseen" role="status" lang={locale} dir={dir}>
      {text}
    </div>
  )
}

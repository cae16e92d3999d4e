'use client'
import { useRef } from 'react'
import { shallowEqual } from './shallow-equal.ts'

/** Answers the value that came before for as long as the new one is an object with the same values. */
export const useSame = (): (<Value>(value: Value) => Value) => {
  const kept = useRef<unknown>(undefined)
  return <Value>(value: Value): Value => {
    if (!shallowEqual(kept.current, value)) kept.current = value
    return kept.current as Value
  }
}

'use client'
import { Frame } from '../kit/frame.tsx'
import { useLook } from '../kit/kit.ts'
import { part, type Render } from '../kit/part.ts'
import { useSetupGuide } from './use-setup-guide.ts'

type Props = { readonly render?: Render | undefined }

/** The way back to a guide that was put away; nothing while it is there. */
export const SetupGuideLauncher = ({ render }: Props) => {
  const { standing, data, restore } = useSetupGuide()
  return standing === 'dismissed' ? (
    <Launcher render={render} off={data?.stale === true} onPress={() => void restore()} />
  ) : null
}

const Launcher = ({
  render,
  off,
  onPress,
}: Props & { readonly off: boolean; readonly onPress: () => void }) => {
  const { words } = useLook()
  const children = words('guide.restore')
  const button = {
    type: 'button',
    className: 'bw-control bw-plain bw-launcher',
    'aria-disabled': off || undefined,
    children,
  }
  return (
    <Frame
      as="span"
      look="bw-inline"
      rescue={() => () => document.querySelector<HTMLElement>('.bw-guide button')}
    >
      {part('button', { ...button, onClick: off ? undefined : onPress }, render)}
    </Frame>
  )
}

import {
  eventOfCloudEvent,
  eventsOfCloudEvents,
  parseEvents,
  type EventSent,
  type Parsed,
} from '@boardwalk/contract'

const decoded = (value: string): string => {
  try {
    return decodeURIComponent(value)
  } catch {
    // Some clients send a "%" as it is.
    return value
  }
}

/** The attributes of a CloudEvent in binary mode, whose body is the data alone. */
const attributesOf = (headers: Headers): Record<string, string> =>
  Object.fromEntries(
    [...headers].flatMap(([name, value]) =>
      name.startsWith('ce-') ? [[name.slice(3), decoded(value)]] : [],
    ),
  )

const isOfType = (request: Request, type: string): boolean =>
  (request.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() === type

/** The events of a request, in whichever of the forms it is: Segment's, or one of the three of CloudEvents over HTTP. */
export const sentEvents = (request: Request, body: unknown): Parsed<readonly Parsed<EventSent>[]> => {
  if (isOfType(request, 'application/cloudevents-batch+json')) return eventsOfCloudEvents(body)
  if (isOfType(request, 'application/cloudevents+json')) return { value: [eventOfCloudEvent(body)] }
  const attributes = attributesOf(request.headers)
  return Object.hasOwn(attributes, 'specversion') || Object.hasOwn(attributes, 'id')
    ? { value: [eventOfCloudEvent({ ...attributes, data: body })] }
    : parseEvents(body)
}

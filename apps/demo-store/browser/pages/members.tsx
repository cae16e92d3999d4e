import { Card } from '../parts/card.tsx'
import { useStore } from '../parts/store-context.ts'
import { Name } from '../parts/with-name.tsx'
import { words } from '../texts.ts'

const { dashboard: texts } = words

export const Members = () => {
  const { members, person, store } = useStore().view
  return (
    <Card title={texts.members}>
      <ul className="list">
        {members.map(({ id, name, role }) => (
          <li key={id} className="spread">
            <span>
              <Name>{name}</Name>
              {id === person.id && <span className="faint"> ({texts.you})</span>}
            </span>
            <span className="faint">{words.roles[role]}</span>
          </li>
        ))}
      </ul>
      {store.invitationLink !== null && (
        <p className="invitation">
          {texts.invitation}
          <a href={store.invitationLink}>{`${location.origin}${store.invitationLink}`}</a>
        </p>
      )}
    </Card>
  )
}

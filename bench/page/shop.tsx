import { StrictMode, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'

/** A host's page, with or without a guide on it. */
export const showShop = (guide: ReactNode): void =>
  createRoot(document.querySelector('#page')!).render(
    <StrictMode>
      <main>
        <h1>A shop</h1>
        {guide}
        <ul>
          {Array.from({ length: 20 }, (_, index) => (
            <li key={index}>Order {index + 1}</li>
          ))}
        </ul>
      </main>
    </StrictMode>,
  )

import { showShop } from './shop.tsx'

showShop(null)

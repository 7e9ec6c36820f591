// What is served as /card.js.
import { defineUserCard } from './userCard.ts'

defineUserCard()

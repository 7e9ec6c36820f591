/**
 * How a card looks: as the page around it, whose colours and letters it takes. Whoever wants something else has its parts
 * (`::part(view)`) and two properties.
 */
export const cardCss = `
:host { display: block; font-size: 0.9375em; line-height: 1.45; }
:host([hidden]) { display: none; }
ol { margin: 0; padding: 0; list-style: none; max-height: var(--treadlight-card-height, 26em); overflow-y: auto; }
li { display: grid; grid-template-columns: 8.5em minmax(0, 1fr); gap: 0.75em; padding: 0.3em 0; }
li + li { border-top: 1px solid color-mix(in srgb, currentColor 15%, transparent); }
a { color: var(--treadlight-card-link, inherit); text-underline-offset: 0.2em; }
a:focus-visible, ol:focus-visible { outline: 2px solid; outline-offset: 2px; }
.title { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
p { margin: 0; padding: 0.5em 0; }
`

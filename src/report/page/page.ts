import { createHash } from 'node:crypto';
import { Html, html, type Part } from './html.ts';
import { style } from './style.ts';

/** A page of its own: style and scripts are in it, and a policy that allows these very ones and nothing else. */
export interface Page {
  readonly title: string;
  readonly body: Part;
  readonly scripts?: readonly string[];
  /** True if its scripts may ask the server that it comes from. */
  readonly isLive?: boolean;
}

/** @returns The document, and its content security policy for a server to send. */
export function pageOf({ title, body, scripts = [], isLive = false }: Page): {
  readonly text: string;
  readonly policy: string;
} {
  const policy = [
    "default-src 'none'",
    `style-src ${hashOf(style)}`,
    `script-src ${scripts.length > 0 ? scripts.map(hashOf).join(' ') : "'none'"}`,
    ...(isLive ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Html(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
${body}
${scripts.map((script) => html`<script>${new Html(script)}</script>\n`)}</body>
</html>
`;
  return { text: document.text, policy };
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** What code would hold that sends sound by a WebSocket, or asks Telnyx for it (SE-30); each place as it is written. */
const SOCKET = /WebSocket|stream_url|streaming_start|stream_track|wss?:\/\//g;

export const mediaSocketsIn = (code: string): string[] => [...code.matchAll(SOCKET)].map(([found]) => found);

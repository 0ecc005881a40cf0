const LARGEST = 1024 * 1024;

/** Reads the text of an answer. @throws Error if it has more than 1 MiB */
export async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  // Leaving the loop cancels the rest.
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > LARGEST)
      throw new Error(`The answer of ${new URL(response.url).origin} is larger than ${LARGEST} bytes.`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

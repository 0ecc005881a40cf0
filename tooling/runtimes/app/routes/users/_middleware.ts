export default {
  name: 'users',
  onSend: ({ response }: { readonly response: { header(name: string, value: string): unknown } }) =>
    void response.header('x-users', 'yes'),
};

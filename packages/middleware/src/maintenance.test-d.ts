import { maintenance } from './maintenance.ts';

maintenance({ when: () => false });
maintenance({
  when: ({ request, route }) => request.path !== '/' && route?.pattern !== '/health',
  retryAfter: 5,
});

// @ts-expect-error it has to say when
maintenance({ retryAfter: 5 });
// @ts-expect-error a promise is neither yes nor no
maintenance({ when: async () => true });
// @ts-expect-error seconds, not a text
maintenance({ when: () => false, retryAfter: '5' });
// @ts-expect-error a misspelt option
maintenance({ when: () => false, retryAftr: 5 });

import dayImage from '../samples/day.png';
import nightImage from '../samples/night.png';

/** A tab as it is when the page opens. */
export interface MissionTab {
  /** Named: the name is the tab's title, and what the page knows the tab by. */
  query: string;
  variables: string;
}

/** An account that can be registered. */
export interface Account {
  username: string;
  password: string;
}

/** An account that nobody has; each page load, and each registration, needs one. */
export function inventAccount(): Account {
  // Not randomUUID, which browsers have on this machine and over HTTPS alone.
  const random = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0'));
  return {
    username: `ada-${random.slice(0, 4).join('')}`,
    password: `correct horse ${random.slice(4).join('')}`,
  };
}

const withInput = (input: unknown) => JSON.stringify({ input }, null, 2);

/** The mission's path, ready to run in this order. */
export function missionTabs(account: Account): MissionTab[] {
  return [
    {
      query: `# 1. Opens an account, and logs it in: its
#    token goes into the headers of each tab.
mutation Register($input: RegisterInput!) {
  register(input: $input) {
    accessToken
    expiresIn
    refreshToken
    user {
      id
      username
    }
  }
}
`,
      variables: withInput(account),
    },
    {
      query: `# 2. Logs in with what was registered last.
mutation LogIn($input: LoginInput!) {
  login(input: $input) {
    accessToken
    expiresIn
    refreshToken
    user {
      id
      username
    }
  }
}
`,
      variables: withInput(account),
    },
    {
      query: `# 3. Stores an image. Drop one of yours on the
#    page, and it goes into the variables.
mutation CreateResource($input: CreateResourceInput!) {
  createResource(input: $input) {
    resource {
      id
      title
      image {
        url
        contentType
        width
        height
        sizeBytes
        sha256
      }
      version
    }
  }
}
`,
      variables: withInput({ title: 'Hills by day', image: { data: dayImage } }),
    },
    {
      query: `# 4. Lists what there is. Resources are from
#    one subgraph, their owners from another.
query ListWithOwners($first: Int) {
  resources(first: $first, orderBy: NEWEST) {
    totalCount
    nodes {
      id
      title
      image {
        url
      }
      owner {
        username
      }
    }
  }
}
`,
      variables: JSON.stringify({ first: 10 }, null, 2),
    },
    {
      query: `# 5. Replaces the newest resource's image. The
#    image's URL stays the same.
mutation ReplaceImage($input: UpdateResourceInput!) {
  updateResource(input: $input) {
    resource {
      id
      title
      image {
        url
        sha256
      }
      version
    }
  }
}
`,
      variables: withInput({ id: '', title: 'Hills by night', image: { data: nightImage } }),
    },
    {
      query: `# 6. Deletes the newest resource, and its image.
mutation DeleteResource($input: DeleteResourceInput!) {
  deleteResource(input: $input) {
    deletedResourceId
  }
}
`,
      variables: withInput({ id: '' }),
    },
  ];
}

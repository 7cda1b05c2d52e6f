import dayImage from './samples/day.png';
import nightImage from './samples/night.png';

/** A tab's content when the page opens. */
export interface MissionTab {
  /** The name of its operation is the tab's title, and identifies the tab for autofill. */
  query: string;
  variables: string;
}

export interface Account {
  username: string;
  password: string;
}

/** Creates credentials that are not registered yet. */
export function createAccount(): Account {
  // crypto.randomUUID is not available over plain HTTP, except on localhost.
  const random = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0'));
  return {
    username: `ada-${random.slice(0, 4).join('')}`,
    password: `correct horse ${random.slice(4).join('')}`,
  };
}

const withInput = (input: unknown) => JSON.stringify({ input }, null, 2);

/** The titles of the sample images, which the name of an image file replaces. */
export const sampleTitles = ['Hills by day', 'Hills by night'] as const;

/** Returns the tabs of the mission, which can be run in this order without a change. */
export function missionTabs(account: Account): MissionTab[] {
  return [
    {
      query: `# 1. Registers an account. Its token goes into
#    the headers of every tab.
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
      query: `# 2. Logs in with the last registered account.
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
      query: `# 3. Stores an image. Drop one of your own on
#    the page to put it into the variables.
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
      variables: withInput({ title: sampleTitles[0], image: { data: dayImage } }),
    },
    {
      query: `# 4. Lists all resources. They come from one
#    subgraph, their owners from another.
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
      variables: withInput({ id: '', title: sampleTitles[1], image: { data: nightImage } }),
    },
    {
      query: `# 6. Deletes the newest resource and its image.
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
